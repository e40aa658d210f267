import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createReferenceServer } from '../../src/api/index.ts';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { PRESET_NAMES } from '../../src/protocol/stream.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess();
const inFolder = useFolder();

/** Nothing listens there, and nothing is asked: what is wrong is told before. */
const URL = 'http://127.0.0.1:1/';
const CHAT = [URL, '--preset', 'openai-chat', '--model', 'm', '-n', '1'];

test('volley models: what each preset sends and reads, or one of them', async () => {
  const { code, stdout } = await volley('models');
  expect(code).toBe(0);
  const blocks = stdout.split('\n\n');
  expect(blocks.map((block) => block.split(':')[0])).toEqual(PRESET_NAMES);
  for (const block of blocks)
    expect(block).toMatch(/\n {2}sends +POST \/[\s\S]*\n {2}reads [\s\S]*\n {2}ends /);
  const one = await volley('models', 'ollama');
  expect([one.code, one.stdout.trimEnd()]).toEqual([0, blocks[PRESET_NAMES.indexOf('ollama')]?.trimEnd()]);
  expect(one.stdout).toContain('sends   POST /api/chat\n');
  const none = await volley('models', 'olama');
  expect([none.code, none.stdout, none.stderr]).toEqual([
    2,
    '',
    expect.stringMatching(
      /^volley: The preset 'olama': choose one of openai-chat, .*; did you mean ollama\?\n$/,
    ),
  ]);
});

test('what a preset would send is shown without sending it, and without the key', async () => {
  const words = [...CHAT, '--prompt', 'Why?', '--max-tokens', '7', '--api-key-env', 'TEST_KEY_OF_MODELS'];
  const { code, stdout, stderr } = await volley.with({ TEST_KEY_OF_MODELS: 'key-1234567' }, [
    ...words,
    '--dry-run',
  ]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('/v1/chat/completions');
  expect(stdout).not.toContain('key-1234567');
});

test('what is wrong with a preset of a plan is told of the preset, not of the plan', async () => {
  const plan = inFolder('wrong-preset.yaml');
  const told = async (preset: string) => {
    writeFileSync(plan, `url: ${URL}\npreset: ours\nmodel: m\nrequests: 1\npresets:\n  ours: ${preset}\n`);
    return (await volley('run', plan, '--dry-run')).stderr;
  };
  expect(await told('{ like: openai-chat, pth: /x }')).toMatch(
    /^volley: .*:6:\d+: 'pth' is not a field that a plan has here: .*path.*\n$/,
  );
  expect(
    await told('{ like: openai-chat, body: { a: [{ n: $max_tokens }], cost: 5$, of: $other } }'),
  ).toMatch(/^volley: .*body '\$max_tokens': did you mean \$maxTokens\?\n$/);
});

test('the help of replays lists no option that they refuse', async () => {
  const trace = inFolder('listed.jsonl');
  writeFileSync(trace, '{"timestamp":0,"input_length":5,"output_length":2}\n');
  const values: Readonly<Record<string, string>> = {
    ...{ urls: trace, curl: 'curl x.test', 'curl-file': trace, har: trace, 'har-hosts': '*', rows: trace },
    ...{ 'rows-mode': 'random', rate: '5', every: '10ms', stages: '1s:5', warmup: '1s', vus: '2' },
    ...{ iterations: '2', only: 'a', prompt: 'x', prompts: trace, 'synthetic-prompts': '5', trace },
  };
  const unlisted = COMMANDS['replay']?.unlisted ?? [];
  expect([...unlisted].sort()).toEqual(Object.keys(values).sort());
  const help = (await volley('replay', '--help')).stdout;
  for (const name of unlisted) {
    const { code, stderr } = await volley('replay', trace, ...CHAT, `--${name}`, values[name] ?? '');
    expect([name, code, stderr.includes(`--${name}`)]).toEqual([name, 2, true]);
    expect(help).not.toMatch(new RegExp(`^ .{0,5}--${name} `, 'm'));
  }
  expect(help).toContain('--speed FACTOR');
});

test('a replay cannot send more than its trace has', async () => {
  const trace = inFolder('trace.jsonl');
  writeFileSync(trace, '{"timestamp":0,"input_length":5,"output_length":2}\n');
  const { code, stderr } = await volley('replay', trace, ...CHAT.slice(0, -1), '9');
  expect([code, stderr]).toEqual([
    2,
    "volley: --requests '9' with --trace: it has 1 request: ask for at most as many.\n",
  ]);
});

test('a variable for the key that is empty is told from one that is not there', async () => {
  const { code, stderr } = await volley.with({ EMPTY_KEY: '' }, [...CHAT, '--api-key-env', 'EMPTY_KEY']);
  expect([code, stderr]).toEqual([
    2,
    "volley: --api-key-env 'EMPTY_KEY': that environment variable is empty: export it, or name another.\n",
  ]);
  const twice = await volley.with({ WHOLE_KEY: 'Bearer key-7654321' }, [
    ...CHAT,
    '--api-key-env',
    'WHOLE_KEY',
  ]);
  expect([twice.code, twice.stderr]).toEqual([
    2,
    "volley: --api-key-env 'WHOLE_KEY': its value begins with Bearer, which is sent before it anyway: give the key alone.\n",
  ]);
});

test('a plan file may define a preset, and a prompt may come from a file', async () => {
  const [plan, prompt] = [inFolder('plan.yaml'), inFolder('prompt.txt')];
  writeFileSync(prompt, 'Why is\nthe sea salty?');
  const body = "{ m: $model, ask: 'Say: $prompt', n: $maxTokens }";
  writeFileSync(
    plan,
    `url: ${URL}\npreset: ours\nmodel: m\npresets:\n  ours: { like: openai-chat, path: /llm/v1/chat, header: { x-team: search }, body: ${body} }\n`,
  );
  const { code, stdout, stderr } = await volley('run', plan, '--prompt', `@${prompt}`, '--dry-run');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('/llm/v1/chat');
  expect(stdout).toContain('x-team: search');
  expect(stdout).toContain(JSON.stringify({ m: 'm', ask: 'Say: Why is\nthe sea salty?', n: 128 }));
});

test('a target of objectives that is missed is exit code 1, and one that is met is 0', async () => {
  const server = await createReferenceServer({ model: { firstTokenMs: 50, gapMs: 1, tokens: 3 } });
  try {
    const ask = (...words: string[]) =>
      volley(server.url, '--preset', 'openai-chat', '--model', 'm', '-n', '4', '--mode', 'inline', ...words);
    const missed = await ask('--slo', 'ttft<40ms', '--slo-target', '99%');
    expect([missed.code, missed.stdout]).toEqual([1, expect.stringContaining('goodput>=99%')]);
    expect(missed.stdout.replace(/\s+/g, ' ')).toContain(
      '0 answers (0.0 % of what was sent) kept ttft < 40.0 ms',
    );
    expect((await ask('--slo', 'ttft<60s', '--slo-target', '99%')).code).toBe(0);
    expect((await ask('--threshold', 'p50(ttft)<40ms')).code).toBe(1);
    for (const [rule, code] of [
      ['tokens>=0.1/s', 0],
      ['tokens<0.1/s', 1],
    ] as const) {
      const judged = await ask('--threshold', rule);
      expect([rule, judged.code]).toEqual([rule, code]);
      expect(judged.stdout).toMatch(/tokens(?:>=|<)0\.1\/s +[\d,.]+\/s\n/);
    }
  } finally {
    await server.close();
  }
});

test('what is wrong with the options of a model is told with its value, and what to do', async () => {
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [[URL, '--preset', 'openai-chta', '-n', '1'], 'torchserve; did you mean openai-chat?'],
    [
      [...CHAT, '--api-key-env', 'NO_SUCH_VARIABLE'],
      "--api-key-env 'NO_SUCH_VARIABLE': there is no such environment variable: export it, or name another.",
    ],
    [[URL, '--preset', 'openai-chat', '--model', '', '-n', '1'], "--model '' is empty: say what to ask"],
    [[...CHAT, '--prompt', ' '], "--prompt ' ' is empty: say what to ask, or leave it out."],
    [
      [`${URL}predictions/a`, '--preset', 'torchserve', '--model', 'b', '-n', '1'],
      "--model 'b': the URL names 'a': leave one of them out.",
    ],
    [[...CHAT, '--slo', 'tttf<1s'], "--slo 'tttf<1s': did you mean ttft?"],
    [
      [...CHAT, '--slo', 'latency<1s'],
      "--slo 'latency<1s': choose from ttft, sent-ttft, ttfo, ttst, tpot, gap, e2e.",
    ],
    [[...CHAT, '--slo-target', '99%'], '--slo-target without --slo: say what a good answer is'],
    [
      [...CHAT, '--threshold', 'goodput>=99%'],
      "--threshold 'goodput>=99%': say with --slo what a good answer is",
    ],
    [[URL, '-n', '1', '--slo', 'ttft<1s'], "--slo 'ttft<1s' is about streams of tokens"],
    [
      [URL, '-n', '1', '--threshold', 'p99(ttft)<1s'],
      "--threshold 'p99(ttft)<1s' is about streams of tokens",
    ],
    [[URL, '-n', '1', '--threshold', 'tokens>5/s'], "--threshold 'tokens>5/s' is about streams of tokens"],
    [
      [...CHAT, '--abort-on', 'tokens>5/s'],
      "--abort-on 'tokens>5/s': tokens per second are known only at the end: give it as --threshold.",
    ],
    [[URL, '-n', '1', '--model', 'm'], "--model 'm' without --preset: say which kind of server is asked"],
    [[...CHAT, '--stall-timeout', 'soon'], "--stall-timeout 'soon': give a time"],
    [[...CHAT, '--token-path', 'a['], "--token-path 'a[': "],
    [
      [...CHAT, '--stream', 'ssse'],
      "--stream 'ssse': choose one of sse, ndjson, chunks, auto; did you mean sse?",
    ],
  ];
  for (const [words, sentence] of wrong) {
    const { code, stdout, stderr } = await volley(...words);
    expect([words, code, stdout, stderr]).toEqual([words, 2, '', expect.stringContaining(sentence)]);
  }
});

test('prompts that cannot be used are named with their place', async () => {
  const told = async (name: string, text: string): Promise<string> => {
    const path = inFolder(name);
    writeFileSync(path, text);
    const { code, stderr } = await volley(...CHAT, '--prompts', path);
    return `${code} ${stderr.replaceAll(path, name)}`;
  };
  expect(await told('none.txt', '\n')).toBe("2 volley: --prompts 'none.txt' has none: give at least one.\n");
  expect(await told('bad.jsonl', '{"prompt":"a"}\n{"prompt"\n')).toBe(
    '2 volley: --prompts \'bad.jsonl\': line 2 is not JSON: give an object such as {"prompt":"Why?"}, in one line.\n',
  );
});
