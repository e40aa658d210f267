import { describe, expect, test } from '@jest/globals';
import type { PRESETS } from '../../src/main/plan/models/presets.ts';
import type { StreamPlan } from '../../src/protocol/stream.ts';
import { answered, chat, planOf, word } from '../support/token-streams.ts';

const DONE = 'data: [DONE]\n\n';
const STOP = chat('{}', '"stop"');

/** The error of a chat with this between its token and its end; null if there is none. */
const errorOf = (between: string): string | null => {
  const failure = answered(planOf('openai-chat'), [[1, `${word}${between}${STOP}${DONE}`]]).finish();
  if (failure !== null) expect(failure.code).toBe('STREAM_ERROR');
  return failure?.example ?? null;
};

describe('between the parts of an answer', () => {
  test.each<[event: string, message: string]>([
    ['{"type":"error","message":"x"}', 'x'],
    ['{"type":"error","code":"ERR","message":"x","param":null,"sequence_number":3}', 'x'],
    ['{"type":"error"}', '{"type":"error"}'],
    ['{"type":"server_error","message":"x"}', 'x'],
    ['{"object":"error"}', '{"object":"error"}'],
    ['{"detail":"internal error"}', 'internal error'],
    ['{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}', 'field required'],
    ['{"errors":[{"message":"x"}]}', 'x'],
    ['{"errors":["x"]}', 'x'],
    ['{"errors":{"a":["x"]}}', '{"errors":{"a":["x"]}}'],
    ['{"code":500,"msg":"x","success":false}', 'x'],
    ['{"success":false}', '{"success":false}'],
    ['{"ok":false,"description":"x"}', 'x'],
    ['{"code":-1,"message":"x"}', 'x'],
    ['{"code":"rate_limit_exceeded","message":"x"}', 'x'],
    ['{"status":"failed"}', '{"status":"failed"}'],
    ['{"type":"about:blank","title":"Internal","status":500}', 'Internal'],
    ['{"statusCode":503,"message":"x"}', 'x'],
    ['{"error_code":17,"error_msg":"x"}', 'x'],
    ['{"errorMessage":"x","errorType":"RuntimeError"}', 'x'],
    ['{"fault":{"faultstring":"x"}}', '{"fault":{"faultstring":"x"}}'],
    ['{"error":{}}', '{"error":{}}'],
    ['{"error":true,"message":"x"}', 'x'],
    ['[{"error":{"code":400,"message":"x"}}]', 'x'],
    ['{"choices":[{"index":0,"delta":{"content":""},"error":{"code":502,"message":"x"}}]}', 'x'],
    ['{"id":"c","choices":[],"x_groq":{"error":"over capacity"}}', 'over capacity'],
  ])('%s is an error', (event, message) => {
    expect(errorOf(`data: ${event}\n\n`)).toBe(message);
  });

  test.each<[lines: string, message: string]>([
    ['event: error\ndata: [DONE]', 'an event of the type "error"'],
    ['event: error\ndata:', 'an event of the type "error"'],
    ['event: error\ndata: {"choices":[]}', '{"choices":[]}'],
    ['event: Error\ndata: gone', 'gone'],
    ['event: server_error\ndata: {"message":"gone"}', 'gone'],
    ['event: response.failed\ndata: {}', '{}'],
    ['event: exception\ndata: {"error":{"message":"gone"}}', 'gone'],
    ['error: {"code":500,"message":"gone"}', 'gone'],
  ])('%j is an error', (lines, message) => {
    expect(errorOf(`${lines}\n\n`)).toBe(message);
  });

  test.each([
    '{"choices":[],"prompt_filter_results":[{"content_filter_results":{"hate":{"filtered":false}}}]}',
    '{"choices":[{"index":0,"delta":{},"finish_reason":null,"content_filter_results":{"error":{}}}]}',
    '{"choices":[{"delta":{"role":"assistant"},"finish_reason":null}],"error":null}',
    '{"choices":[{"delta":{"content":"b"}}],"error":"","code":0}',
    '{"choices":[{"delta":{"content":"b"}}],"error":{},"success":true,"status":"ok"}',
    '{"choices":[],"usage":{"completion_tokens":2},"code":200,"message":"success"}',
    '{"code":0,"msg":"success","success":true}',
    '{"code":"0","message":"ok"}',
    '{"status":200,"message":"OK"}',
    '{"error_code":0,"error_msg":""}',
    '{"error":false}',
    '{"errors":[]}',
    '{"type":"ping"}',
    '{"message":"loading the model"}',
    '{"status":"processing","message":"queued"}',
    '{"id":"c","choices":[],"x_groq":{"id":"r","usage":{"completion_tokens":1}}}',
    '{"timings":{"predicted_n":3,"predicted_ms":4.5}}',
    '{"citations":["http://127.0.0.1/errors"],"choices":[]}',
    '{}',
    '[]',
  ])('%s is none', (event) => {
    expect(errorOf(`data: ${event}\n\n`)).toBeNull();
  });

  test.each([
    ': error',
    'event: ping\ndata: {}',
    'event: tool.error\ndata: {"id":1}',
    'event: message\ndata:',
  ])('%j is none', (lines) => {
    expect(errorOf(`${lines}\n\n`)).toBeNull();
  });
});

const ended = (...reasons: readonly string[]): string =>
  `data: {"choices":[${reasons.map((reason, index) => `{"index":${index},"delta":{},"finish_reason":${reason}}`)}]}\n\n`;

test.each(
  [
    ...['error', 'server_error', 'ServerError', 'abort', 'aborted', 'cancelled', 'failed', 'network_error'],
    ...['timeout', 'timed_out', 'insufficient_system_resource', 'engine_overloaded', 'ERROR'],
  ].map((word) => JSON.stringify(word)),
)('an end with the reason %s is an error, in any choice', (reason) => {
  const message = `the answer ended with the reason ${reason}`;
  expect(errorOf(ended(reason))).toBe(message);
  expect(errorOf(ended('"stop"', reason))).toBe(message);
  expect(errorOf(ended('null', 'null', reason))).toBe(message);
  const whole = `{"choices":[{"message":{"content":"a"},"finish_reason":"stop"},{"finish_reason":${reason}}]}`;
  expect(answered(planOf('openai-chat'), [[1, whole]], 'application/json').finish()?.example).toBe(message);
});

test('an end with an object as its reason', () => {
  expect(errorOf(ended('{"type":"abort","message":"x"}'))).toContain('"abort"');
  expect(errorOf(ended('{"type":"stop","matched":2}'))).toBeNull();
});

test.each(
  [
    ...[
      'stop',
      'length',
      'content_filter',
      'tool_calls',
      'function_call',
      'eos',
      'eos_token',
      'stop_sequence',
    ],
    ...[
      'SAFETY',
      'RECITATION',
      'MAX_TOKENS',
      'model_length',
      'sensitive',
      'COMPLETE',
      'malformed_function_call',
    ],
  ].map((word) => JSON.stringify(word)),
)('an end with the reason %s is none', (reason) => {
  expect(errorOf(ended(reason))).toBeNull();
  expect(errorOf(ended('null', reason))).toBeNull();
});

const event = (data: string, type?: string): string =>
  `${type === undefined ? '' : `event: ${type}\n`}data: ${data}\n\n`;
const said = event('{"type":"response.output_text.delta","delta":"a"}', 'response.output_text.delta');
const completed = event('{"type":"response.completed","response":{"status":"completed"}}');
const OLLAMA = '{"message":{"content":"a"},"done":false}\n';

test.each<[preset: keyof typeof PRESETS, text: string, message: string | null]>([
  ['openai-responses', `${said}${event('{"type":"error","code":"E","message":"x"}')}${completed}`, 'x'],
  ['openai-responses', `${said}${event('{"title":"x","status":500}')}${completed}`, '500'],
  [
    'openai-responses',
    `${said}${event('{"type":"response.failed","response":{"id":"r"}}')}`,
    'response.failed',
  ],
  [
    'openai-responses',
    `${said}${event('{"type":"response.mcp_call.failed","item_id":"i"}', 'response.mcp_call.failed')}${completed}`,
    null,
  ],
  [
    'openai-responses',
    `${said}${event('{"type":"response.output_item.done","item":{"type":"mcp_call","error":"no such tool"}}')}${completed}`,
    null,
  ],
  [
    'openai-responses',
    `${said}${event('{"type":"response.code_interpreter_call_code.done","code":"fail()"}')}${completed}`,
    null,
  ],
  [
    'openai-responses',
    `${said}${event('{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}')}`,
    null,
  ],
  [
    'anthropic-messages',
    `${event('{"delta":{"text":"a"}}', 'content_block_delta')}${event('{"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":"error"}}')}`,
    null,
  ],
  [
    'tgi',
    event('{"token":{"text":"error"},"generated_text":"error","details":{"finish_reason":"length"}}'),
    null,
  ],
  [
    'tgi',
    event('{"token":{"text":"a"},"generated_text":"a","details":{"finish_reason":"error"}}'),
    '"error"',
  ],
  ['tgi', `${event('{"token":{"text":"a"}}')}${event('{"error":"x","error_type":"generation"}')}`, 'x'],
  ['ollama', `${OLLAMA}{"done":true,"done_reason":"error"}\n`, '"error"'],
  ['ollama', `${OLLAMA}{"code":500,"message":"x"}\n{"done":true}\n`, 'x'],
  ['ollama', `${OLLAMA}{"message":{"content":""},"done":true,"done_reason":"length"}\n`, null],
  ['kserve', `${event('{"text_output":"a"}')}${event('{"code":14,"detail":"x"}')}`, 'x'],
  ['kserve', `${event('{"text_output":"failed","status":"error"}')}`, null],
])('%s: the failure of %j is %s', (preset, text, message) => {
  const contentType = preset === 'ollama' ? 'application/x-ndjson' : 'text/event-stream';
  const found = answered(planOf(preset), [[1, text]], contentType).finish();
  if (message === null) expect(found).toBeNull();
  else expect(found).toMatchObject({ code: 'STREAM_ERROR', example: expect.stringContaining(message) });
});

test('of events that may be anything, one that is an error as a whole', () => {
  const any: StreamPlan = { ...planOf('torchserve'), framing: 'sse' };
  const found = (data: string, plan = any) => answered(plan, [[1, data]], 'text/event-stream').finish();
  expect(found(`${event('a')}${event('{"error":{"message":"x"}}')}`)?.example).toBe('x');
  expect(found(`${event('{"a":1,"error":null}')}${event('{"detail":"x"}')}`)).toBeNull();
  // Where a read is an event, it is what the model says.
  expect(found('{"error":"is a word too"}', planOf('torchserve'))).toBeNull();
});

test('blank text is no answer if the server counts no token', () => {
  const blanks = [' ', '\n\n', '\u200b', '\ufeff\u2060'].map((text) => JSON.stringify(text));
  const whole = (content: string, tokens: number | null): string | null => {
    const counted = tokens === null ? '' : `,"usage":{"completion_tokens":${tokens}}`;
    const text = `{"choices":[{"message":{"content":${content}}}]${counted}}`;
    return answered(planOf('openai-chat'), [[1, text]], 'application/json').finish()?.code ?? null;
  };
  for (const blank of [...blanks, '0', 'false'])
    expect([0, null, 1].map((tokens) => whole(blank, tokens))).toEqual([
      'STREAM_EMPTY',
      'STREAM_EMPTY',
      null,
    ]);
  const stream = (content: string, counted: string): string | null =>
    answered(planOf('openai-chat'), [
      [1, `${chat(`{"content":${content}}`)}${STOP}${counted}${DONE}`],
    ]).finish()?.code ?? null;
  const none = 'data: {"choices":[],"usage":{"completion_tokens":0}}\n\n';
  for (const blank of blanks)
    expect([stream(blank, none), stream(blank, '')]).toEqual(['STREAM_EMPTY', null]);
  expect(stream('"a"', none)).toBeNull();
});
