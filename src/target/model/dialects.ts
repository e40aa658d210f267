/** The parts of a request that determine the mock model's answer. */
export interface Asked {
  readonly model: string;
  readonly maxTokens: number | null;
  readonly isStreamed: boolean;
  readonly wantsUsage: boolean;
}

/** One token event of an answer. */
interface TokenEvent {
  readonly text: string;
  readonly isReasoning: boolean;
  /** When it was due and when it was made, on the server's monotonic clock. */
  readonly stamps: Readonly<Record<string, number>>;
}

/** How a kind of server phrases the mock model's answer; each text is one event on the wire. */
export interface Dialect {
  readonly contentType: string;
  /** What a handler gets is its own affair, such as images of a form; other APIs take JSON objects alone. */
  readonly takesAnyBody?: boolean;
  /** Before the first token. */
  begin(asked: Asked): readonly string[];
  token(event: TokenEvent, asked: Asked): string;
  /** After the last token; `tokens` is null if the server does not report a count, `text` is all of the answer. */
  end(tokens: number | null, asked: Asked, text: string): readonly string[];
  error(message: string): string;
  /** The answer in one piece. */
  whole(text: string, tokens: number, asked: Asked): unknown;
  asks(body: Readonly<Record<string, unknown>>, path: string): Asked;
}

const EVENT_STREAM = 'text/event-stream; charset=utf-8';

function sse(data: unknown, name?: string): string {
  const event = name === undefined ? '' : `event: ${name}\n`;
  return `${event}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function asOpenAi(body: Readonly<Record<string, unknown>>): Asked {
  return {
    model: String(body['model'] ?? 'mock'),
    maxTokens: numberOf(body['max_completion_tokens'] ?? body['max_tokens'] ?? body['max_output_tokens']),
    isStreamed: body['stream'] === true,
    wantsUsage: fieldsOf(body['stream_options'])['include_usage'] === true,
  };
}

/** For APIs that always report a token count. */
function asCounted(body: Readonly<Record<string, unknown>>): Asked {
  return { ...asOpenAi(body), wantsUsage: true };
}

const CREATED = 1_700_000_000;

function choices(delta: object, finish: string | null, asked: Asked, more: object = {}): unknown {
  return {
    id: 'chatcmpl-mock',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: asked.model,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  };
}

function usageOf(tokens: number): object {
  return { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 };
}

const CHAT: Dialect = {
  contentType: EVENT_STREAM,
  begin: (asked) => [sse(choices({ role: 'assistant', content: '' }, null, asked))],
  token: ({ text, isReasoning, stamps }, asked) =>
    sse(
      choices(isReasoning ? { reasoning_content: text } : { content: text }, null, asked, { mock: stamps }),
    ),
  end: (tokens, asked) => [
    sse(choices({}, 'stop', asked)),
    ...(tokens === null
      ? []
      : [
          sse({
            id: 'chatcmpl-mock',
            object: 'chat.completion.chunk',
            created: CREATED,
            model: asked.model,
            choices: [],
            usage: usageOf(tokens),
          }),
        ]),
    sse('[DONE]'),
  ],
  error: (message) => sse({ error: { message, type: 'server_error', code: 500 } }),
  whole: (text, tokens, asked) => ({
    id: 'chatcmpl-mock',
    object: 'chat.completion',
    created: CREATED,
    model: asked.model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: usageOf(tokens),
  }),
  asks: asOpenAi,
};

const COMPLETIONS: Dialect = {
  ...CHAT,
  begin: () => [],
  token: ({ text, stamps }, asked) =>
    sse({
      id: 'cmpl-mock',
      object: 'text_completion',
      created: CREATED,
      model: asked.model,
      choices: [{ index: 0, text, finish_reason: null }],
      mock: stamps,
    }),
  end: (tokens, asked) => [
    sse({
      id: 'cmpl-mock',
      object: 'text_completion',
      created: CREATED,
      model: asked.model,
      choices: [{ index: 0, text: '', finish_reason: 'stop' }],
      ...(tokens === null ? {} : { usage: usageOf(tokens) }),
    }),
    sse('[DONE]'),
  ],
  whole: (text, tokens, asked) => ({
    id: 'cmpl-mock',
    object: 'text_completion',
    created: CREATED,
    model: asked.model,
    choices: [{ index: 0, text, finish_reason: 'stop' }],
    usage: usageOf(tokens),
  }),
};

function responseOf(status: string, asked: Asked, output: readonly object[], usage: object | null): object {
  return {
    id: 'resp_mock',
    object: 'response',
    created_at: CREATED,
    status,
    model: asked.model,
    output,
    usage,
  };
}

/** The one message of a response. */
function messageOf(status: string, content: readonly object[]): object {
  return { id: 'msg_mock', type: 'message', role: 'assistant', status, content };
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [] };
}

/** An event of a response, about its message unless `fields` say otherwise. */
function told(type: string, fields: object): string {
  return sse({ type, output_index: 0, ...fields }, type);
}

const OF_THE_TEXT = { item_id: 'msg_mock', content_index: 0 };

const RESPONSES: Dialect = {
  contentType: EVENT_STREAM,
  begin: (asked) => [
    sse(
      { type: 'response.created', sequence_number: 0, response: responseOf('in_progress', asked, [], null) },
      'response.created',
    ),
    told('response.output_item.added', { item: messageOf('in_progress', []) }),
    told('response.content_part.added', { ...OF_THE_TEXT, part: textPart('') }),
  ],
  token: ({ text, stamps }) =>
    told('response.output_text.delta', { ...OF_THE_TEXT, delta: text, mock: stamps }),
  end: (tokens, asked, text) => {
    const message = messageOf('completed', [textPart(text)]);
    const usage = tokens === null ? {} : { output_tokens: tokens };
    return [
      told('response.output_text.done', { ...OF_THE_TEXT, text }),
      told('response.content_part.done', { ...OF_THE_TEXT, part: textPart(text) }),
      told('response.output_item.done', { item: message }),
      sse(
        { type: 'response.completed', response: responseOf('completed', asked, [message], usage) },
        'response.completed',
      ),
    ];
  },
  error: (message) => sse({ type: 'error', message, error: { message } }, 'error'),
  whole: (text, tokens, asked) =>
    responseOf('completed', asked, [messageOf('completed', [textPart(text)])], { output_tokens: tokens }),
  asks: asCounted,
};

const MESSAGES: Dialect = {
  contentType: EVENT_STREAM,
  begin: (asked) => [
    sse(
      {
        type: 'message_start',
        message: {
          id: 'msg_mock',
          role: 'assistant',
          model: asked.model,
          content: [],
          usage: { output_tokens: 1 },
        },
      },
      'message_start',
    ),
    sse({ type: 'ping' }, 'ping'),
  ],
  token: ({ text, isReasoning, stamps }) =>
    sse(
      {
        type: 'content_block_delta',
        index: 0,
        delta: isReasoning ? { type: 'thinking_delta', thinking: text } : { type: 'text_delta', text },
        mock: stamps,
      },
      'content_block_delta',
    ),
  end: (tokens) => [
    sse(
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        ...(tokens === null ? {} : { usage: { output_tokens: tokens } }),
      },
      'message_delta',
    ),
    sse({ type: 'message_stop' }, 'message_stop'),
  ],
  error: (message) => sse({ type: 'error', error: { type: 'overloaded_error', message } }, 'error'),
  whole: (text, tokens, asked) => ({
    id: 'msg_mock',
    role: 'assistant',
    model: asked.model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { output_tokens: tokens },
  }),
  asks: asCounted,
};

const TGI: Dialect = {
  contentType: EVENT_STREAM,
  begin: () => [],
  token: ({ text, stamps }) =>
    sse({
      token: { id: 1, text, logprob: 0, special: false },
      generated_text: null,
      details: null,
      mock: stamps,
    }),
  end: (tokens) => [
    sse({
      token: { id: 2, text: '', logprob: 0, special: true },
      generated_text: 'done',
      details: tokens === null ? null : { finish_reason: 'length', generated_tokens: tokens },
    }),
  ],
  error: (message) => sse({ error: message, error_type: 'generation' }),
  whole: (text) => ({ generated_text: text }),
  asks: (body) => ({
    model: 'mock',
    maxTokens: numberOf(fieldsOf(body['parameters'])['max_new_tokens']),
    isStreamed: true,
    wantsUsage: fieldsOf(body['parameters'])['details'] === true,
  }),
};

const OLLAMA: Dialect = {
  contentType: 'application/x-ndjson',
  begin: () => [],
  token: ({ text, isReasoning, stamps }, asked) =>
    `${JSON.stringify({ model: asked.model, message: { role: 'assistant', content: isReasoning ? '' : text, ...(isReasoning ? { thinking: text } : {}) }, done: false, mock: stamps })}\n`,
  end: (tokens, asked) => [
    `${JSON.stringify({ model: asked.model, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...(tokens === null ? {} : { eval_count: tokens }) })}\n`,
  ],
  error: (message) => `${JSON.stringify({ error: message })}\n`,
  whole: (text, tokens, asked) => ({
    model: asked.model,
    message: { role: 'assistant', content: text },
    done: true,
    eval_count: tokens,
  }),
  asks: (body) => ({
    model: String(body['model'] ?? 'mock'),
    maxTokens: numberOf(fieldsOf(body['options'])['num_predict']),
    isStreamed: body['stream'] !== false,
    // It always reports a count.
    wantsUsage: true,
  }),
};

const TRITON: Dialect = {
  ...TGI,
  token: ({ text, stamps }) => sse({ model_name: 'mock', text_output: text, mock: stamps }),
  end: () => [],
  asks: (body) => ({
    model: 'mock',
    maxTokens: numberOf(fieldsOf(body['parameters'])['max_tokens']),
    isStreamed: true,
    wantsUsage: false,
  }),
};

const TORCHSERVE: Dialect = {
  ...TGI,
  contentType: 'text/plain',
  takesAnyBody: true,
  token: ({ text }) => text,
  end: () => [],
  error: (message) => message,
  asks: (body) => ({
    model: 'mock',
    maxTokens: numberOf(body['max_new_tokens']),
    isStreamed: true,
    wantsUsage: false,
  }),
};

/** The dialect of a path; null if it belongs to no API. */
export function dialectAt(path: string): Dialect | null {
  if (path.endsWith('/v1/chat/completions')) return CHAT;
  if (path.endsWith('/v1/completions')) return COMPLETIONS;
  if (path.endsWith('/v1/responses')) return RESPONSES;
  if (path.endsWith('/v1/messages')) return MESSAGES;
  if (path.endsWith('/api/chat')) return OLLAMA;
  if (/\/v2\/models\/[^/]+\/generate_stream$/.test(path)) return TRITON;
  if (path.endsWith('/generate_stream')) return TGI;
  return /\/predictions\/[^/]+$/.test(path) ? TORCHSERVE : null;
}
