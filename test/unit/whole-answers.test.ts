import { expect, test } from '@jest/globals';
import type { PresetOptions } from '../../src/main/plan/library-options.ts';
import { presetOf } from '../../src/main/plan/models/own-presets.ts';
import { PRESETS, type PresetStream } from '../../src/main/plan/models/presets.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import type { StreamPlan } from '../../src/protocol/stream.ts';
import { answered, chat, planOf } from '../support/token-streams.ts';

test('an error that an answer in one piece gives as its reason to end', () => {
  const text = '{"choices":[{"message":{"content":"w"},"finish_reason":"error"}]}';
  const whole = answered(planOf('openai-chat'), [[1, text]], 'application/json');
  expect(whole.finish()).toMatchObject({ code: 'STREAM_ERROR' });
});

test('an answer in one piece that has nothing of what was asked for is none', () => {
  const whole = (text: string, preset: keyof typeof PRESETS = 'openai-chat') =>
    answered(planOf(preset), [[1, text]], 'application/json').finish();
  expect(whole('{"detail":"model is loading"}')).toEqual({
    kind: 'stream',
    code: 'STREAM_EMPTY',
    example: 'the answer is JSON without what was asked for: {"detail":"model is loading"}',
  });
  expect(whole('{}')).toMatchObject({ code: 'STREAM_EMPTY' });
  expect(whole('{"choices":[{"message":{"content":"hi"}}]}')).toBeNull();
  expect(whole('[{"generated_text":"hi"}]', 'tgi')).toBeNull();
});

const message = (fields: string): string =>
  `{"choices":[{"index":0,"message":${fields},"finish_reason":"stop"}]}`;
const output = (items: string): string => `{"id":"r","status":"completed","error":null,"output":[${items}]}`;

test.each<[keyof typeof PRESETS, readonly string[], readonly string[]]>([
  [
    'openai-chat',
    [
      '{"choices":[]}',
      '{"choices":null}',
      '{"choices":[],"usage":{"completion_tokens":0}}',
      message('{}'),
      message('{"role":"assistant","content":""}'),
      message('{"content":null,"refusal":null,"tool_calls":[],"annotations":[]}'),
    ],
    [
      message('{"content":[{"type":"text","text":"hi"}]}'),
      message('{"content":null,"refusal":"no"}'),
      message('{"content":"","reasoning_content":"hm"}'),
      message('{"content":null,"tool_calls":[{"id":"1","function":{"name":"f","arguments":""}}]}'),
      '{"choices":[{"message":{"content":""}},{"message":{"content":"b"}}]}',
      '{"choices":[],"usage":{"completion_tokens":4}}',
    ],
  ],
  [
    'openai-completions',
    ['{"choices":[]}', '{"choices":[{"text":"","index":0,"finish_reason":"stop"}]}'],
    ['{"choices":[{"text":"a"}]}'],
  ],
  [
    'openai-responses',
    [
      output(''),
      output('{"type":"message","id":"m","role":"assistant","content":[]}'),
      output('{"type":"message","content":[{"type":"output_text","text":"","annotations":[]}]}'),
    ],
    [
      output('{"type":"function_call","call_id":"c","name":"f","arguments":""}'),
      output('{"type":"message","content":[{"type":"refusal","refusal":"no"}]}'),
      '{"output":[],"usage":{"output_tokens":4}}',
    ],
  ],
  [
    'anthropic-messages',
    ['{"content":[]}', '{"content":[{"type":"text","text":""}],"stop_reason":"end_turn"}'],
    [
      '{"content":[{"type":"tool_use","name":"f","input":{}}]}',
      '{"content":[{"type":"thinking","thinking":"hm"}]}',
    ],
  ],
  ['tgi', ['{"generated_text":""}', '[{"generated_text":""}]', '[]'], ['{"generated_text":"a"}']],
  ['kserve', ['{"text_output":""}', '{"text_output":[""]}'], ['{"text_output":"a"}']],
  ['torchserve', ['{}', '[]', '""', 'null', '{"text":""}'], ['[0.5]', '7', '{"type":"spam"}', 'true']],
])('an answer of %s in one piece with nothing in it is none', (preset, empty, full) => {
  const whole = (text: string, plan: StreamPlan): string | null =>
    answered(plan, [[1, text]], 'application/json').finish()?.code ?? null;
  const {
    callPaths: _calls,
    wholePaths: _wholes,
    wholeTextPaths: _texts,
    ...known
  } = PRESETS[preset].stream as PresetStream;
  // The same where only the paths to tokens are known.
  for (const plan of [planOf(preset), { ...planOf(preset), ...known, wholePaths: [] }]) {
    for (const text of empty) expect([text, whole(text, plan)]).toEqual([text, 'STREAM_EMPTY']);
    for (const text of full) expect([text, whole(text, plan)]).toEqual([text, null]);
  }
});

test('of an answer in one piece, tokens are not known to be none because the server counts none', () => {
  const text = '{"choices":[{"message":{"content":"hi"}}],"usage":{"completion_tokens":0}}';
  const whole = answered(planOf('openai-chat'), [[1, text]], 'application/json');
  expect([whole.finish(), whole.usage]).toEqual([null, null]);
});

test('a tool that is called without arguments is an answer: its name is what came', () => {
  const call = chat('{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]}');
  const tokens = answered(planOf('openai-chat'), [
    [1, chat('{"role":"assistant"}')],
    [5, call],
    [9, `${chat('{}', '"tool_calls"')}data: [DONE]\n\n`],
  ]);
  expect([tokens.finish(), tokens.events, tokens.timeMs(0)]).toEqual([null, 1, 5]);
  const cut = answered(planOf('openai-chat'), [[5, call]]);
  expect(cut.finish()).toMatchObject({ code: 'STREAM_CUT' });
});

test('nesting without an end is no reason to fall', () => {
  const depth = 20_000;
  const text = `{"choices":[{"message":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
  expect(answered(planOf('openai-chat'), [[1, text]], 'application/json').finish()).toBeNull();
});

test('what a preset of a plan has from another one, unless it has its own paths', () => {
  const streamOf = (own: PresetOptions): Partial<PresetStream> | undefined => {
    const problems = new Problems();
    const preset = presetOf({ preset: 'ours', presets: { ours: own } }, problems);
    expect(problems.sentences).toEqual([]);
    return preset?.stream;
  };
  expect(streamOf({ like: 'openai-responses' })).toEqual(PRESETS['openai-responses'].stream);
  const { callPaths, reasoningTypes, wholePaths } =
    streamOf({ like: 'openai-responses', tokenPath: 'x' }) ?? {};
  expect([callPaths, reasoningTypes, wholePaths]).toEqual([undefined, undefined, undefined]);
});
