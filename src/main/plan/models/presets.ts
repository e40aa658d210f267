import type { PresetName, StreamPlan } from '../../../protocol/stream.ts';

/** How an answer of a server of models is read. */
export type PresetStream = Pick<
  StreamPlan,
  'framing' | 'tokenPaths' | 'reasoningPaths' | 'usagePaths' | 'endMark' | 'endPaths'
>;

/** What is sent to a kind of server of models, and how its answers are read: data, and nothing else. */
export interface Preset {
  /** What it is for, in a line. */
  readonly title: string;
  /** Behind the path of the URL, where that does not end with it already; `MODEL` stands for the model. */
  readonly path: string;
  /** What is sent: `$model`, `$prompt` and `$maxTokens` stand for values, and go where there are none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: readonly string[];
  /** The header that says who asks; `Bearer` goes before what it is in `authorization`. */
  readonly keyHeader: 'authorization' | 'x-api-key' | null;
  readonly stream: PresetStream;
}

/** Of the chat and completion APIs that follow OpenAI's. */
const CHOICES_STREAM = {
  framing: 'sse',
  usagePaths: ['usage.completion_tokens'],
  endMark: '[DONE]',
  endPaths: ['choices[0].finish_reason'],
} as const;

export const PRESETS = {
  'openai-chat': {
    title: 'chat completions of OpenAI, vLLM, SGLang, llama.cpp, LM Studio and others like them',
    path: '/v1/chat/completions',
    body: {
      model: '$model',
      messages: [{ role: 'user', content: '$prompt' }],
      max_tokens: '$maxTokens',
      stream: true,
      stream_options: { include_usage: true },
    },
    keyHeader: 'authorization',
    stream: {
      ...CHOICES_STREAM,
      tokenPaths: [
        'choices[0].delta.content',
        'choices[0].delta.tool_calls[0].function.arguments',
        'choices[0].delta.refusal',
      ],
      reasoningPaths: ['choices[0].delta.reasoning_content', 'choices[0].delta.reasoning'],
    },
  },
  'openai-completions': {
    title: 'text completions of OpenAI, vLLM and others like them',
    path: '/v1/completions',
    body: {
      model: '$model',
      prompt: '$prompt',
      max_tokens: '$maxTokens',
      stream: true,
      stream_options: { include_usage: true },
    },
    keyHeader: 'authorization',
    stream: { ...CHOICES_STREAM, tokenPaths: ['choices[0].text'], reasoningPaths: [] },
  },
  'openai-responses': {
    title: "OpenAI's responses",
    path: '/v1/responses',
    body: { model: '$model', input: '$prompt', max_output_tokens: '$maxTokens', stream: true },
    keyHeader: 'authorization',
    stream: {
      framing: 'sse',
      tokenPaths: ['delta'],
      reasoningPaths: [],
      usagePaths: ['response.usage.output_tokens'],
      endMark: null,
      endPaths: ['response.usage'],
    },
  },
  'anthropic-messages': {
    title: "Anthropic's messages",
    path: '/v1/messages',
    body: {
      model: '$model',
      max_tokens: '$maxTokens',
      messages: [{ role: 'user', content: '$prompt' }],
      stream: true,
    },
    headers: ['anthropic-version: 2023-06-01'],
    keyHeader: 'x-api-key',
    stream: {
      framing: 'sse',
      tokenPaths: ['delta.text', 'delta.partial_json'],
      reasoningPaths: ['delta.thinking'],
      usagePaths: ['usage.output_tokens'],
      endMark: null,
      endPaths: ['delta.stop_reason'],
    },
  },
  tgi: {
    title: "Hugging Face's text-generation-inference",
    path: '/generate_stream',
    body: { inputs: '$prompt', parameters: { max_new_tokens: '$maxTokens', details: true } },
    keyHeader: 'authorization',
    stream: {
      framing: 'sse',
      tokenPaths: ['token.text'],
      reasoningPaths: [],
      usagePaths: ['details.generated_tokens'],
      endMark: null,
      endPaths: ['generated_text'],
    },
  },
  ollama: {
    title: "Ollama's chat",
    path: '/api/chat',
    body: {
      model: '$model',
      messages: [{ role: 'user', content: '$prompt' }],
      options: { num_predict: '$maxTokens' },
      stream: true,
    },
    keyHeader: 'authorization',
    stream: {
      framing: 'ndjson',
      tokenPaths: ['message.content', 'message.tool_calls'],
      reasoningPaths: ['message.thinking'],
      usagePaths: ['eval_count'],
      endMark: null,
      endPaths: ['done'],
    },
  },
  kserve: {
    title: "Triton's and KServe's generate_stream",
    path: '/v2/models/MODEL/generate_stream',
    body: { text_input: '$prompt', parameters: { max_tokens: '$maxTokens', stream: true } },
    keyHeader: 'authorization',
    stream: {
      framing: 'sse',
      tokenPaths: ['text_output'],
      reasoningPaths: [],
      usagePaths: [],
      endMark: null,
      endPaths: [],
    },
  },
  torchserve: {
    title: "TorchServe's predictions, whose handler answers in chunks",
    path: '/predictions/MODEL',
    body: { prompt: '$prompt', max_new_tokens: '$maxTokens' },
    keyHeader: 'authorization',
    stream: {
      framing: 'chunks',
      tokenPaths: [],
      reasoningPaths: [],
      usagePaths: [],
      endMark: null,
      endPaths: [],
    },
  },
} as const satisfies Readonly<Record<PresetName, Preset>>;

/** Those whose body or path names the model. */
export function needsModel(preset: Preset): boolean {
  return preset.path.includes('MODEL') || 'model' in preset.body;
}
