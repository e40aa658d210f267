import type { PresetName, StreamPlan } from '../../../protocol/stream.ts';

/** Where a server lists its models. */
interface ModelList {
  /** Appended to the URL's path, like the path of requests. */
  readonly path: string;
  /** A JSON path to the name of the first model. */
  readonly at: string;
}

/** How an answer of a model server is read. */
export type PresetStream = Pick<
  StreamPlan,
  | 'framing'
  | 'tokenPaths'
  | 'reasoningPaths'
  | 'reasoningTypes'
  | 'usagePaths'
  | 'endMark'
  | 'endPaths'
  | 'callPaths'
  | 'wholePaths'
  | 'wholeTextPaths'
>;

/** What is sent to a kind of model server, and how its answers are read; pure data. */
export interface Preset {
  /** Its purpose, in one line. */
  readonly title: string;
  /** Appended to the path of the URL unless that ends with it; `MODEL` is replaced by the model. */
  readonly path: string;
  /** The JSON to send: `$model`, `$prompt` and `$maxTokens` are replaced by values, and removed if there are none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: readonly string[];
  /** The header for the API key; in `authorization`, `Bearer` is put before the key. */
  readonly keyHeader: string | null;
  /** Null if the server does not list its models. */
  readonly models: ModelList | null;
  readonly stream: PresetStream;
}

const V1_MODELS: ModelList = { path: '/v1/models', at: 'data[0].id' };

/** For the chat and completion APIs that follow OpenAI's. */
const CHOICES_STREAM = {
  framing: 'sse',
  usagePaths: ['usage.completion_tokens'],
  endMark: '[DONE]',
  endPaths: ['choices[*].finish_reason'],
  wholePaths: ['choices[*].message', 'choices[*].delta', 'choices[*].text'],
  wholeTextPaths: [
    'choices[0].message.content',
    'choices[0].message.tool_calls[*].function.arguments',
    'choices[0].message.refusal',
    'choices[0].text',
  ],
} as const;

export const PRESETS = {
  'openai-chat': {
    title: 'chat completions of OpenAI, vLLM, SGLang, llama.cpp, LM Studio and compatible servers',
    path: '/v1/chat/completions',
    body: {
      model: '$model',
      messages: [{ role: 'user', content: '$prompt' }],
      max_tokens: '$maxTokens',
      stream: true,
      stream_options: { include_usage: true },
    },
    keyHeader: 'authorization',
    models: V1_MODELS,
    stream: {
      ...CHOICES_STREAM,
      tokenPaths: [
        'choices[*].delta.content',
        'choices[*].delta.tool_calls[*].function.arguments',
        'choices[*].delta.function_call.arguments',
        'choices[*].delta.refusal',
      ],
      callPaths: ['choices[*].delta.tool_calls[*].function.name', 'choices[*].delta.function_call.name'],
      reasoningPaths: ['choices[*].delta.reasoning_content', 'choices[*].delta.reasoning'],
    },
  },
  'openai-completions': {
    title: 'text completions of OpenAI, vLLM and compatible servers',
    path: '/v1/completions',
    body: {
      model: '$model',
      prompt: '$prompt',
      max_tokens: '$maxTokens',
      stream: true,
      stream_options: { include_usage: true },
    },
    keyHeader: 'authorization',
    models: V1_MODELS,
    stream: { ...CHOICES_STREAM, tokenPaths: ['choices[*].text'], reasoningPaths: [] },
  },
  'openai-responses': {
    title: "OpenAI's responses",
    path: '/v1/responses',
    body: { model: '$model', input: '$prompt', max_output_tokens: '$maxTokens', stream: true },
    keyHeader: 'authorization',
    models: V1_MODELS,
    stream: {
      framing: 'sse',
      tokenPaths: ['delta'],
      reasoningPaths: [],
      reasoningTypes: ['response.reasoning_text.delta', 'response.reasoning_summary_text.delta'],
      callPaths: ['item.name'],
      usagePaths: ['response.usage.output_tokens', 'usage.output_tokens'],
      endMark: null,
      endPaths: ['response.status', 'response.incomplete_details.reason', 'response.usage', 'status'],
      wholePaths: ['output'],
      wholeTextPaths: ['output[*].content[*].text', 'output[*].arguments', 'output[*].content[*].refusal'],
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
    models: V1_MODELS,
    stream: {
      framing: 'sse',
      tokenPaths: ['delta.text', 'delta.partial_json'],
      reasoningPaths: ['delta.thinking'],
      callPaths: ['content_block.name'],
      usagePaths: ['usage.output_tokens'],
      endMark: null,
      endPaths: ['delta.stop_reason'],
      wholePaths: ['content'],
      wholeTextPaths: ['content[*].text', 'content[*].input'],
    },
  },
  tgi: {
    title: "Hugging Face's text-generation-inference",
    path: '/generate_stream',
    body: { inputs: '$prompt', parameters: { max_new_tokens: '$maxTokens', details: true } },
    keyHeader: 'authorization',
    models: null,
    stream: {
      framing: 'sse',
      tokenPaths: ['token.text'],
      reasoningPaths: [],
      usagePaths: ['details.generated_tokens'],
      endMark: null,
      endPaths: ['generated_text', 'details.finish_reason'],
      wholePaths: ['generated_text', '[0].generated_text'],
      wholeTextPaths: ['generated_text', '[0].generated_text'],
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
    models: { path: '/api/tags', at: 'models[0].name' },
    stream: {
      framing: 'ndjson',
      tokenPaths: ['message.content', 'message.tool_calls'],
      reasoningPaths: ['message.thinking'],
      usagePaths: ['eval_count'],
      endMark: null,
      endPaths: ['done', 'done_reason'],
      wholePaths: ['message'],
    },
  },
  kserve: {
    title: "Triton's and KServe's generate_stream",
    path: '/v2/models/MODEL/generate_stream',
    body: { text_input: '$prompt', parameters: { max_tokens: '$maxTokens', stream: true } },
    keyHeader: 'authorization',
    models: null,
    stream: {
      framing: 'sse',
      tokenPaths: ['text_output'],
      reasoningPaths: [],
      usagePaths: [],
      endMark: null,
      endPaths: [],
      wholePaths: ['text_output'],
    },
  },
  torchserve: {
    title: "TorchServe's predictions, whose handler answers in chunks",
    path: '/predictions/MODEL',
    body: { prompt: '$prompt', max_new_tokens: '$maxTokens' },
    keyHeader: 'authorization',
    models: null,
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

/** Whether the body or path of a preset names the model. */
export function needsModel({ path, body }: Preset): boolean {
  return path.includes('MODEL') || says(body, '$model');
}

/** Whether a body contains one of the words that are replaced by values. */
export function says(body: Preset['body'], word: '$model' | '$prompt' | '$maxTokens'): boolean {
  return JSON.stringify(body).includes(word);
}

/** Whether a preset asks the server for token counts, which some servers refuse. */
export function asksForUsage({ body }: Preset): boolean {
  const asked = body['stream_options'];
  return typeof asked === 'object' && asked !== null && 'include_usage' in asked;
}

/** The limit of an answer's tokens as OpenAI's newer models name it, which refuse the older name. */
export const NEW_LIMIT = 'max_completion_tokens';

/** The body with the limit under its new name; null if it has none under the old one. */
export function withNewLimit({ body }: Preset): Preset['body'] | null {
  const { max_tokens: limit, ...rest } = body;
  return limit === undefined ? null : { ...rest, [NEW_LIMIT]: limit };
}

/** The body without that request. */
export function withoutUsage({ body }: Preset): Preset['body'] {
  const { stream_options: _asked, ...rest } = body;
  return rest;
}
