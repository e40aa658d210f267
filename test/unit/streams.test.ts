import { describe, expect, test } from '@jest/globals';
import { PRESETS } from '../../src/main/plan/models/presets.ts';
import type { Framing } from '../../src/protocol/stream.ts';
import { StreamRecorder } from '../../src/workers/record/stream-recorder.ts';
import { EventReader } from '../../src/workers/streams/event-reader.ts';
import { createFramer } from '../../src/workers/streams/framing.ts';
import { TokenTimes } from '../../src/workers/streams/token-times.ts';
import { fc } from '../support/properties.ts';
import { answered, chat, planOf, usage, word } from '../support/token-streams.ts';

const SSE = `\ufeff: a comment\r\ndata: {"a":"é€😀"}\r\n\r\ndata:no blank\ndata: two lines\n\nevent: error\rdata: x\r\rid: 7\n\ndata\n\ndata: last`;
const LINES = '{"a":"é€😀"}\n\n  \n{"b":2}\r\n{"last":true}';

describe.each([
  ['sse' as Framing, SSE, ['{"a":"é€😀"}', 'no blank\ntwo lines', 'error:x', '', 'last']],
  ['ndjson' as Framing, LINES, ['{"a":"é€😀"}', '{"b":2}\r', '{"last":true}']],
])('%s', (framing, text, expected) => {
  const bytes = new TextEncoder().encode(text);
  const eventsOf = (cuts: readonly number[]): string[] => {
    const events: string[] = [];
    const framer = createFramer(framing, (data, name) =>
      events.push(name === null ? data : `${name}:${data}`),
    );
    const decoder = new TextDecoder();
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      framer.push(decoder.decode(bytes.subarray(from, to), { stream: true }));
      from = to;
    }
    framer.end();
    return events;
  };

  test('the same events, cut at every byte', () => {
    expect(eventsOf([])).toEqual(expected);
    expect(eventsOf(bytes.map((_, index) => index) as unknown as number[])).toEqual(expected);
    for (let cut = 1; cut < bytes.length; cut++) expect(eventsOf([cut])).toEqual(expected);
  });

  test('the same events, cut anywhere', () => {
    const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (places) => void expect(eventsOf(places.sort((a, b) => a - b))).toEqual(expected)),
    );
  });

  test('an event without an end does not fill memory', () => {
    const framer = createFramer(framing, () => {});
    const part = `data: ${'x'.repeat(2 ** 20)}`;
    expect(() => {
      for (let count = 0; count < 20; count++) framer.push(part);
    }).toThrow('an event of the stream is longer than 16 Mi characters');
  });
});

test('neither does one of lines without number, and events and pings in between begin it anew', () => {
  const events: string[] = [];
  const framer = createFramer('sse', (data) => events.push(data));
  const lines = 'data: x\n'.repeat(9_000);
  for (let count = 0; count < 30; count++) {
    framer.push(lines);
    framer.push(': ping\n\n');
  }
  expect(events).toHaveLength(30);
  expect(() => {
    for (let count = 0; count < 30; count++) framer.push(lines);
  }).toThrow('an event of the stream has more than 100000 lines');
});

/** What each API sends: its events, what each of them means, and the tokens that it has said in the end. */
const API_EVENTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'openai-chat': [
    ['{"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]}', ''],
    ['{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}', 'token'],
    ['{"choices":[{"delta":{"reasoning_content":"hm"},"finish_reason":null}]}', 'reasoning'],
    ['{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]},"finish_reason":null}]}', 'token'],
    ['{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":""}}]}}]}', 'call'],
    [
      '{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":""}},{"function":{"arguments":"{"}}]}}]}',
      'token',
    ],
    ['{"choices":[{"delta":{"function_call":{"name":"f","arguments":""}}}]}', 'call'],
    ['{"choices":[{"delta":{"function_call":{"arguments":"{}"}}}]}', 'token'],
    ['{"choices":[{"delta":{},"finish_reason":"stop"}]}', 'end'],
    ['{"choices":[],"usage":{"completion_tokens":7}}', 'usage 7'],
    ['[DONE]', 'end'],
    ['{"error":{"message":"out of memory"}}', 'error out of memory'],
    ['not json', ''],
  ],
  'openai-completions': [
    ['{"choices":[{"text":"a","finish_reason":null}]}', 'token'],
    ['{"choices":[{"text":"","finish_reason":"length"}],"usage":{"completion_tokens":1}}', 'usage 1 end'],
  ],
  'openai-responses': [
    ['{"type":"response.created","response":{"status":"in_progress","usage":null}}', ''],
    ['{"type":"response.reasoning_summary_text.delta","delta":"hm"}', 'reasoning'],
    ['{"type":"response.reasoning_text.delta","delta":"hm"}', 'reasoning'],
    ['{"type":"response.reasoning_text.done","text":"hmhm"}', ''],
    ['{"type":"response.output_text.delta","delta":"a"}', 'token'],
    ['{"type":"response.function_call_arguments.delta","delta":"{"}', 'token'],
    ['{"type":"response.output_item.added","item":{"type":"function_call","name":"f"}}', 'call'],
    ['{"type":"response.in_progress","response":{"status":"in_progress","usage":null}}', ''],
    ['{"type":"response.completed","response":{"usage":{"output_tokens":5}}}', 'usage 5 end'],
    ['{"type":"response.completed","response":{"status":"completed","usage":null}}', 'end'],
    [
      '{"type":"response.incomplete","response":{"incomplete_details":{"reason":"max_output_tokens"}}}',
      'end',
    ],
    [
      '{"type":"response.incomplete","response":{"status":"incomplete","usage":{"output_tokens":4}}}',
      'usage 4 end',
    ],
    [
      '{"type":"response.failed","response":{"status":"failed","error":null,"usage":{"output_tokens":4}}}',
      'error the answer ended with the reason "failed"',
    ],
  ],
  'anthropic-messages': [
    ['{"type":"message_start","message":{"usage":{"output_tokens":1}}}', ''],
    ['{"type":"ping"}', ''],
    ['{"type":"content_block_start","content_block":{"type":"text","text":""}}', ''],
    ['{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}', 'reasoning'],
    ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}', 'token'],
    ['{"type":"content_block_start","content_block":{"type":"tool_use","name":"f","input":{}}}', 'call'],
    ['{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}', 'end'],
    [
      '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}',
      'usage 9 end',
    ],
    ['{"type":"message_stop"}', ''],
    ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'error Overloaded'],
  ],
  tgi: [
    ['{"token":{"text":"a"},"generated_text":null,"details":null}', 'token'],
    ['{"token":{"text":"b"},"generated_text":"ab","details":{"generated_tokens":2}}', 'token usage 2 end'],
    ['{"token":{"text":""},"generated_text":"","details":{"finish_reason":"length"}}', 'end'],
  ],
  ollama: [
    ['{"message":{"content":"a"},"done":false}', 'token'],
    ['{"message":{"content":"","thinking":"hm"},"done":false}', 'reasoning'],
    ['{"message":{"content":""},"done":true,"done_reason":"length","eval_count":3}', 'usage 3 end'],
    ['{"error":"model not found"}', 'error model not found'],
  ],
  kserve: [['{"text_output":"a"}', 'token']],
  torchserve: [['whatever comes', 'token']],
};

test('what the events of each API mean', () => {
  expect(Object.keys(API_EVENTS).sort()).toEqual(Object.keys(PRESETS).sort());
  for (const [name, events] of Object.entries(API_EVENTS)) {
    const reader = new EventReader(planOf(name as keyof typeof PRESETS));
    const told = events.map(([data]) => {
      const { isToken, isReasoning, isCall, usage, isEnd, error } = reader.read(data, null);
      const words = [
        isReasoning ? 'reasoning' : isToken ? 'token' : '',
        isCall ? 'call' : '',
        usage === null ? '' : `usage ${usage}`,
      ];
      return [...words, isEnd ? 'end' : '', error === null ? '' : `error ${error}`]
        .filter((word) => word !== '')
        .join(' ');
    });
    expect([name, told]).toEqual([name, events.map(([, meaning]) => meaning)]);
  }
});

test('times by their formulas', () => {
  const plan = planOf('openai-chat');
  const tokens = answered(plan, [
    [1_000, chat('{"role":"assistant","content":""}')],
    [1_150, chat('{"reasoning_content":"hm"}')],
    [1_170, word],
    // Two tokens in one read.
    [1_210, word + word],
    [1_220, `${usage(20)}data: [DONE]\n\n`],
  ]);
  expect(tokens.finish()).toBeNull();
  const recorder = new StreamRecorder('auto', [
    { kind: 'ttft', limitMs: 160 },
    { kind: 'gap', limitMs: 41 },
  ]);
  recorder.add({ intendedMs: 1_000, sentMs: 1_010 }, tokens, 1_221, 900);
  const block = recorder.take();
  expect(
    Object.fromEntries(block!.times.map(({ kind, moments }) => [kind, [moments.count, moments.mean]])),
  ).toEqual({
    ttft: [1, 150],
    ttftService: [1, 140],
    ttfo: [1, 170],
    ttst: [1, 20],
    tpot: [1, 60 / 19],
    gap: [3, 20],
    e2e: [1, 210],
  });
  expect(block).toMatchObject({
    counts: {
      answers: 1,
      notStreamed: 0,
      countedByServer: 1,
      counted: 1,
      tokens: 20,
      tokenEvents: 4,
      gaps: 3,
      coalesced: 1,
      good: 1,
    },
    firstAtMs: 100,
    lastAtMs: 321,
  });
  expect(recorder.take()).toBeNull();
});

test('who counts the tokens', () => {
  const withUsage = answered(planOf('openai-chat'), [[1, `${word}${word}${usage(5)}data: [DONE]\n\n`]]);
  const without = answered(planOf('openai-chat'), [[1, `${word}${word}data: [DONE]\n\n`]]);
  const told = (['auto', 'usage', 'events'] as const).map((count) => {
    const recorder = new StreamRecorder(count, []);
    for (const tokens of [withUsage, without]) {
      tokens.finish();
      recorder.add({ intendedMs: 0, sentMs: 0 }, tokens, 2, 0);
    }
    const { counts, times } = recorder.take()!;
    const perToken = times.find(({ kind }) => kind === 'tpot');
    return [count, counts.counted, counts.tokens, counts.countedByServer, perToken?.moments.count];
  });
  expect(told).toEqual([
    ['auto', 2, 7, 1, 2],
    // A time per token needs the number of tokens.
    ['usage', 1, 5, 1, 1],
    ['events', 2, 4, 1, 2],
  ]);
});

test.each<[contentType: string | null, events: number]>([
  ['text/event-stream; charset=utf-8', 2],
  ['application/x-ndjson', 3],
  ['application/jsonl', 3],
  ['text/plain', 1],
  [null, 1],
])('how an answer is split follows from its content type: %s', (contentType, events) => {
  const plan = { ...planOf('torchserve'), framing: null };
  const tokens = new TokenTimes(plan);
  tokens.begin(200, { contentType, contentEncoding: null });
  const bytes = Buffer.from('data: 1\n\ndata: 2\ndata: 3\n\n');
  tokens.add(bytes, 0, bytes.length, 1);
  expect([tokens.finish(), tokens.isStreamed, tokens.events]).toEqual([null, true, events]);
});

test('a count of none where tokens came is no count', () => {
  const zero = answered(planOf('openai-chat'), [[1, `${word}${usage(0)}data: [DONE]\n\n`]]);
  expect([zero.finish(), zero.usage, zero.events]).toEqual([null, null, 1]);
});

test.each([
  [307, 'redirect (status 307), not a stream of tokens: follow it (location), or give the URL'],
  [301, 'redirect (status 301)'],
  [204, 'nothing came (status 204)'],
])('an answer of status %i without a stream says so', (status, said) => {
  const tokens = new TokenTimes(planOf('openai-chat'));
  tokens.begin(status, { contentType: 'text/html', contentEncoding: null });
  expect(tokens.finish()?.example).toContain(said);
});

test('a compressed stream is named so; of chunks it does not matter', () => {
  const encoded = (preset: 'openai-chat' | 'torchserve', encoding: string): unknown => {
    const tokens = new TokenTimes(planOf(preset));
    tokens.begin(200, { contentType: 'text/event-stream', contentEncoding: encoding });
    const bytes = Buffer.from(`${word}data: [DONE]\n\n`);
    tokens.add(bytes, 0, bytes.length, 1);
    const failure = tokens.finish();
    return failure === null ? tokens.events : failure.code;
  };
  expect(encoded('openai-chat', 'gzip')).toBe('STREAM_ENCODED');
  expect(encoded('openai-chat', 'identity')).toBe(1);
  expect(encoded('torchserve', 'gzip')).toBe(1);
});

test.each([
  [
    'a reason for the end',
    `${chat('{"content":"w"}', '"error"')}data: [DONE]\n\n`,
    'the answer ended with the reason "error"',
  ],
  ['an event behind the end', `${word}data: [DONE]\n\ndata: {"error":"late"}\n\n`, 'late'],
  ['a typed event behind the end', `${word}data: [DONE]\n\nevent: error\ndata: gone\n\n`, 'gone'],
])('an error that %s says', (_where, stream, example) => {
  const failure = { kind: 'stream', code: 'STREAM_ERROR', example };
  expect(answered(planOf('openai-chat'), [[1, stream]]).finish()).toEqual(failure);
});

test.each(['-5', '2.5', '"7"', '1e15', '10000001', '{}'])('a token count of %s is no count', (count) => {
  const counted = `{"choices":[],"usage":{"completion_tokens":${count}}}`;
  const plan = planOf('openai-chat');
  const stream = `${word}data: ${counted}\n\ndata: [DONE]\n\n`;
  const told = { kind: 'stream', code: 'STREAM_USAGE' };
  const tokens = answered(plan, [[1, stream]]);
  expect([tokens.finish(), tokens.usage]).toMatchObject([told, null]);
  // The next answer of the same connection is not held to it.
  tokens.clear();
  tokens.begin(200, { contentType: 'text/event-stream', contentEncoding: null });
  const good = Buffer.from(`${word}${usage(3)}data: [DONE]\n\n`);
  tokens.add(good, 0, good.length, 2);
  expect([tokens.finish(), tokens.usage]).toEqual([null, 3]);
  const inOne = counted.replace('[]', '[{"message":{"content":"w"}}]');
  expect(answered(plan, [[1, inOne]], 'application/json').finish()).toMatchObject(told);
  expect(answered({ ...plan, count: 'events' }, [[1, stream]]).finish()).toBeNull();
});

test('of several answers at once, what any of them brings is a token', () => {
  const choices = (...all: readonly string[]): string =>
    `data: {"choices":[${all.map((choice, index) => `{"index":${index},${choice}}`)}]}\n\n`;
  const none = '"delta":{},"finish_reason":null';
  const tokens = answered(planOf('openai-chat', { keepsText: true }), [
    [1, choices('"delta":{"role":"assistant"}', '"delta":{"role":"assistant"}')],
    [2, choices(none, '"delta":{"reasoning":"hm"}')],
    [3, choices(none, '"delta":{"content":"b"}')],
    [4, choices('"delta":{"content":""}', '"delta":{"content":"c"}', '"delta":{"content":"d"}')],
    [5, choices(none, '"delta":{},"finish_reason":"stop"')],
  ]);
  expect([tokens.finish(), tokens.events, tokens.firstOutputMs, tokens.text]).toEqual([null, 3, 3, 'bcd']);
  expect([tokens.timeMs(0), tokens.timeMs(2)]).toEqual([2, 4]);
  const called = answered(planOf('openai-chat'), [
    [1, choices(none, '"delta":{"tool_calls":[{"function":{"name":"f"}}]}')],
    [2, `${choices(none, '"delta":{},"finish_reason":"tool_calls"')}data: [DONE]\n\n`],
  ]);
  expect([called.finish(), called.events, called.timeMs(0)]).toEqual([null, 1, 1]);
  const texts = answered(planOf('openai-completions'), [
    [1, `${choices('"text":""', '"text":"a"')}data: [DONE]\n\n`],
  ]);
  expect([texts.finish(), texts.events]).toEqual([null, 1]);
});

test('a stream that says an error, that is cut, or that is none', () => {
  const plan = planOf('openai-chat');
  expect(answered(plan, [[1, `${word}data: {"error":{"message":"no more memory"}}\n\n`]]).finish()).toEqual({
    kind: 'stream',
    code: 'STREAM_ERROR',
    example: 'no more memory',
  });
  expect(answered(plan, [[1, word + word]]).finish()).toEqual({
    kind: 'truncated',
    code: 'STREAM_CUT',
    example: 'the answer ended after 2 token events, without the mark that ends a stream',
  });
  expect(answered(plan, [[1, word + chat('{}', '"stop"')]]).finish()).toBeNull();
  const whole = answered(plan, [[1, '{"choices":[],"usage":{"completion_tokens":4}}']], 'application/json');
  expect([whole.finish(), whole.isStreamed, whole.usage, whole.events]).toEqual([null, false, 4, 0]);
  const failed = answered(plan, [[1, '{"error":{"message":"no such model"}}']], 'application/json');
  expect(failed.finish()).toMatchObject({ kind: 'stream', example: 'no such model' });
  expect(failed.complaint).toBe('no such model');
});

test.each<[string, string, string, string]>([
  [
    'an end and no token',
    `${chat('{"content":""}')}${chat('{}', '"stop"')}data: [DONE]\n\n`,
    'stream STREAM_EMPTY',
    'no token: what came begins with data: {',
  ],
  [
    'hidden reasoning up to its limit',
    `${chat('{"content":""}', '"length"')}${usage(128)}data: [DONE]\n\n`,
    'stream STREAM_EMPTY',
    'no token to see, but the server counts 128, perhaps of hidden reasoning: allow more tokens: what',
  ],
  ['nothing at all', '', 'truncated STREAM_CUT', 'without the mark that ends a stream: nothing came'],
  [
    'a page',
    '<html><body>It works</body></html>',
    'truncated STREAM_CUT',
    'begins with <html><body>It works',
  ],
  ['an error that is no event', '{"error":{"message":"loading"}}', 'stream STREAM_ERROR', 'loading'],
  [
    'events that are no JSON',
    'data: {"choices":[{"delta\n\ndata: [DONE]\n\n',
    'stream STREAM_UNREADABLE',
    'not JSON, so part of the answer is lost: {"choices":[{"delta',
  ],
])('a stream of %s is no answer', (_what, text, kind, example) => {
  const failure = answered(planOf('openai-chat'), [[1, text]]).finish()!;
  expect([`${failure.kind} ${failure.code}`, failure.example]).toEqual([
    kind,
    expect.stringContaining(example),
  ]);
  // The same where nothing tells the end of a stream.
  const silent = answered(planOf('torchserve'), [], 'text/plain').finish();
  expect(silent).toMatchObject({ kind: 'stream', code: 'STREAM_EMPTY' });
});

const delta = (data: string, type: string): string => `event: ${type}\ndata: ${data}\n\n`;
const said = delta('{"delta":{"text":"a"}}', 'content_block_delta');
const stopped = delta('{"delta":{"stop_reason":"end_turn"}}', 'message_delta');
const line = '{"message":{"content":"a"},"done":false}\n';

test.each<[keyof typeof PRESETS, string, string | null]>([
  ['openai-chat', `${word}data: {"choices":[{"delta":{"cont\n\n${word}data: [DONE]\n\n`, 'STREAM_UNREADABLE'],
  ['openai-chat', `${word}data: t":"a"}}]}\n\n${word}data: [DONE]\n\n`, 'STREAM_UNREADABLE'],
  ['openai-chat', `${word}data: {"choices":[{"delta":{"cont`, 'STREAM_CUT'],
  ['ollama', `${line}{"message":{"cont\n${line}{"done":true}\n`, 'STREAM_UNREADABLE'],
  ['ollama', `${line}{"message":{"cont`, 'STREAM_CUT'],
  ['ollama', `{\n  "error": "no memory"\n}\n`, 'STREAM_ERROR'],
  ['kserve', 'data: {"text_output":"a"}\n\ndata: {"text_outp', 'STREAM_UNREADABLE'],
  [
    'anthropic-messages',
    `${delta('{"delta":{"te', 'content_block_delta')}${said}${stopped}`,
    'STREAM_UNREADABLE',
  ],
  [
    'anthropic-messages',
    `${said}${delta('xt":"a"}}', 'content_block_delta')}${stopped}`,
    'STREAM_UNREADABLE',
  ],
  // What servers and proxies send between the parts of an answer, and at its end.
  ['openai-chat', `: ping\n\ndata:\n\nid: 1\nretry: 5\n\n${word}data: \n\ndata: [DONE]\n\n`, null],
  ['anthropic-messages', `${delta('{}', 'ping')}${said}${delta('2024-05-01', 'heartbeat')}${stopped}`, null],
  ['anthropic-messages', `${said}${stopped}data: [DONE]\n\n`, null],
  ['ollama', `${line}\n \n{"done":true}`, null],
])('%s: %j has the fault %s', (preset, text, code) => {
  const contentType = preset === 'ollama' ? 'application/x-ndjson' : 'text/event-stream';
  expect(answered(planOf(preset), [[1, text]], contentType).finish()?.code ?? null).toBe(code);
});

test('what comes behind the end does not count, unless it is an error', () => {
  const tokens = answered(planOf('openai-chat'), [
    [1, `${word}data: [DONE]\n\n${word}${usage(9)}data: too late\n\n`],
  ]);
  expect([tokens.finish(), tokens.events, tokens.usage]).toEqual([null, 1, null]);
});

test('nothing of an answer is left for the next one', () => {
  const tokens = answered(planOf('openai-chat'), [[1, `${word}data: {"choices":[{"delta":{"content":"é`]]);
  tokens.clear();
  tokens.begin(200, { contentType: 'text/event-stream', contentEncoding: null });
  expect([tokens.events, tokens.usage, tokens.timeMs(0), tokens.complaint]).toEqual([
    0,
    null,
    Number.NaN,
    null,
  ]);
  const bytes = new TextEncoder().encode(`${word}data: [DONE]\n\n`);
  tokens.add(bytes, 0, bytes.length, 5);
  expect([tokens.finish(), tokens.events, tokens.timeMs(0), tokens.timeMs(1)]).toEqual([
    null,
    1,
    5,
    Number.NaN,
  ]);
});
