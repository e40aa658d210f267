import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { expandSources } from '../../src/main/plan/expand.ts';
import { parseSynthetic, syntheticPrompts } from '../../src/main/plan/models/synthetic-prompts.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { checkExpanded, completePlan } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import type { RowCells } from '../../src/protocol/request.ts';
import { cellOf } from '../../src/requests/row-table.ts';
import { RequestSource } from '../../src/workers/jobs/request-source.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

async function planOf(options: Partial<RunOptions>) {
  const problems: string[] = [];
  const url = 'http://127.0.0.1:1/';
  const expanded = await expandSources({ url, preset: 'openai-chat', model: 'm', ...options }, problems);
  return checkExpanded(expanded, problems);
}

function promptsIn(rows: RowCells | null): string[] {
  const column = rows!.columns.indexOf('prompt');
  return Array.from({ length: rows!.rowCount }, (_, row) => cellOf(rows!, row, column));
}

const SHAREGPT = JSON.stringify([
  {
    id: 'a',
    conversations: [
      { from: 'gpt', value: 'hello' },
      { from: 'human', value: 'Why "so"?\n' },
    ],
  },
  { conversation: [{ role: 'user', content: 'second' }] },
  { prompt: 'third' },
  'fourth {{n}}',
]);

test.each([
  ['p.txt', 'one\r\n\n  \ntwo, "quoted" {{n}}\n', ['one', 'two, "quoted" {{n}}']],
  ['p.csv', 'id,prompt\n7,"a, b"\n8,c\n', ['a, b', 'c']],
  ['p.jsonl', '{"prompt":"a\\nb","id":1}\n{"prompt":"c","id":2}\n', ['a\nb', 'c']],
  [
    'batch.jsonl',
    '{"body":{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}]}}\n',
    ['u'],
  ],
  [
    'parts.jsonl',
    '{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}},{"type":"text","text":"What is it?"},{"type":"text","text":"Say."}]}]}\n',
    ['What is it?\nSay.'],
  ],
  ['p.json', SHAREGPT, ['Why "so"?\n', 'second', 'third', 'fourth {{n}}']],
])('prompts in %s', async (name, text, expected) => {
  writeFileSync(inFolder(name), text);
  const { supplies, mix } = await planOf({ prompts: inFolder(name) });
  expect(promptsIn(supplies.rows)).toEqual(expected);
  expect(mix).toHaveLength(1);
});

test('what is wrong with prompts is named, with its place', async () => {
  const told = async (name: string, text: string, more: Partial<RunOptions> = {}) => {
    const path = inFolder(name);
    writeFileSync(path, text);
    return planOf({ prompts: path, ...more }).then(
      ({ supplies }) => promptsIn(supplies.rows),
      (error: Error) => error.message.replaceAll(path, name),
    );
  };
  expect(await told('a.csv', 'question\nwhy\n')).toBe(
    "--prompts 'a.csv': it has no column 'prompt' (only 'question'): give that name to the column with the prompts.",
  );
  expect(await told('a.txt', ' \n')).toBe("--prompts 'a.txt' has none: give at least one.");
  expect(await told('a.json', '{"a":1}')).toBe(
    "--prompts 'a.json': it is not a JSON list: give a list of prompts or conversations.",
  );
  const bad = '["a",{"conversations":[{"from":"gpt","value":"x"}]},"",{"prompt":"b"}]';
  expect(await told('b.json', bad)).toMatch(
    /^--prompts 'b\.json': entry 2 has no prompt: .*\n.*entry 3 has no prompt/,
  );
  expect(await told('b.json', bad, { skipBadRows: true })).toEqual(['a', 'b']);
  expect(await told('c.txt', 'a', { delimiter: ';' })).toContain(
    "--delimiter ';' with --prompts: only CSV has one: leave it out.",
  );
  expect(await told('d.txt', 'a', { prompt: 'b' })).toBe(
    '--prompt with --prompts: each says what to ask: give one of them.',
  );
  expect(await told('e.txt', 'a', { sharedPrefix: 5 })).toBe(
    "--shared-prefix '5' without --synthetic-prompts or --trace: it is the beginning of the prompts that these make up: add one of them.",
  );
  await expect(planOf({ prompts: inFolder('none.txt') })).rejects.toThrow(
    'cannot be read (no such file or folder)',
  );
});

test('prompts that are made up: their lengths, their seed, what they share', async () => {
  const made = (text: string, prefix?: number, count: number | null = 500, seed = 1): string[] => {
    const problems = new Problems();
    const synthetic = parseSynthetic(text, prefix, problems);
    expect(problems.sentences).toEqual([]);
    return promptsIn(syntheticPrompts(synthetic!, count, seed));
  };
  const lengths = (prompts: readonly string[]): number[] => prompts.map((text) => text.split(' ').length);
  expect(new Set(lengths(made('30')))).toEqual(new Set([30]));
  expect(new Set(made('30')).size).toBe(500);
  const even = lengths(made('10..19'));
  expect([Math.min(...even), Math.max(...even), new Set(even).size]).toEqual([10, 19, 10]);
  const about = lengths(made('100+-10', undefined, 5_000));
  const mean = about.reduce((sum, value) => sum + value, 0) / about.length;
  const deviation = Math.sqrt(about.reduce((sum, value) => sum + (value - mean) ** 2, 0) / about.length);
  expect(Math.abs(mean - 100)).toBeLessThan(1);
  expect(Math.abs(deviation - 10)).toBeLessThan(0.7);
  const shared = made('5', 20);
  const first = shared[0]!.split(' ').slice(0, 20).join(' ');
  expect(shared.every((text) => text.startsWith(`${first} `))).toBe(true);
  expect(new Set(lengths(shared))).toEqual(new Set([25]));
  expect(made('5')).toEqual(made('5'));
  expect(made('5')).not.toEqual(made('5', undefined, 500, 2));
  expect([made('3', undefined, null).length, made('3', undefined, 99_999).length]).toEqual([1_000, 10_000]);
  // What all workers keep is bounded.
  expect(made('1000000').length).toBe(2);
  for (const text of ['0', '-5', 'many', '5..2', '3 words', '1..', '9999999'])
    await expect(planOf({ syntheticPrompts: text })).rejects.toThrow(
      `--synthetic-prompts '${text}': give the approximate number of tokens of a prompt`,
    );
});

test('a warm-up takes prompts from the end', async () => {
  writeFileSync(inFolder('five.txt'), 'p1\np2\np3\np4\np5\n');
  const plan = await completePlan(
    await planOf({ prompts: inFolder('five.txt'), workers: 1, requests: 9, warmup: '1s' }),
  );
  const source = new RequestSource(split(plan)[0]!, plan.supplies.rows);
  const asked = (isWindow: boolean): string =>
    /"content":"(p\d)"/.exec(Buffer.from(source.next(isWindow).message.body!).toString())![1]!;
  expect([asked(false), asked(false), asked(false)]).toEqual(['p5', 'p4', 'p3']);
  expect([asked(true), asked(true), asked(true)]).toEqual(['p1', 'p2', 'p3']);
});

test('rows without a prompt: what is missing is said once, and not as a placeholder', async () => {
  const rows = inFolder('no-prompt.csv');
  writeFileSync(rows, 'id,text\n1,one\n');
  await expect(planOf({ rows })).rejects.toMatchObject({
    message:
      "--preset 'openai-chat': the rows have no column prompt: say with --prompt what is asked, as in --prompt 'Sum up: {{id}}'.",
  });
  for (const more of [{ prompt: 'Sum up: {{text}}' }, { variables: { prompt: 'Why?' } }])
    expect((await planOf({ rows, ...more })).supplies.rows?.rowCount).toBe(1);
});
