import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer } from '../../src/api/index.ts';
import { splitShellWords } from '../../src/main/plan/curl/shell-words.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess(false);
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** In their order, and without what is said of them; those to a host that there is not are for reading. */
const COMMANDS = [...README.matchAll(/^npx (volley .*?)(?: {2,}#.*)?$/gm)]
  .map((match) => match[1]!)
  .filter((command) => !command.includes('api.example'));

/** What a command ends with, null where a busy machine may break its rule, and the requests that it brings at least; options that make it short where it is long. */
const OUTCOMES: readonly (readonly [
  part: string,
  code: number | null,
  requests: number,
  short?: readonly string[],
])[] = [
  ['-c 20 -d 2s', 0, 100, ['-n', '2k']],
  ['-r 100 -d 2s', null, 150],
  ['--expect-json', 0, 200],
  ['/headers --once', 0, 1],
  ['/status/503', 1, 100],
  ['/delay/9', 0, 100, ['--warmup', '0s']],
  ['--rows examples/users.csv', 0, 100],
  ['init --openapi', 0, 0],
  ['run plan.yaml', 0, 10, ['-n', '10', '-r', '100']],
  ['run examples/login.ts', 0, 200],
  ['--curl-file', 0, 1],
  ['sweep', null, 1, ['--warmup', '0s', '--budget', '5s']],
  ['modes', 0, 16, ['--rounds', '2', '-n', '16', '-c', '1', '--warmup', '0s']],
  ['--fail-if slower', 1, 0, ['--rounds', '2', '-d', '100ms', '--warmup', '0s', '-c', '2']],
];

const folder = mkdtempSync(join(tmpdir(), 'volley-readme-'));
let target: ReferenceServer;
beforeAll(async () => {
  target = await createReferenceServer();
  const files = {
    'copied.txt': `curl '${target.url}headers' -H 'accept: application/json'`,
    'api.yaml': `openapi: 3.1.0\ninfo: { title: T, version: '1' }\nservers: [{ url: '${target.url}' }]\npaths: { /bytes/1: { get: {} } }\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
});
afterAll(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the README's commands, in their order", () => {
  test('each has an outcome', () => {
    expect(COMMANDS).toHaveLength(OUTCOMES.length);
    for (const [index, [part]] of OUTCOMES.entries()) expect(COMMANDS[index]).toContain(part);
  });

  test.each(OUTCOMES)('%s ends with %p', async (part, code, requests, short = []) => {
    const command = COMMANDS.find((known) => known.includes(part))!;
    const { words } = splitShellWords(
      // Six rounds tell; two show how it ends.
      command.replaceAll('http://127.0.0.1:8080/', target.url).replace('--rounds 6', '--rounds 2'),
      new Problems(),
    )!;
    const before = target.stats().requests;
    const ended = await volley.with({ TARGET: target.url }, [...words.slice(1), ...short], folder);
    expect({ command, code: ended.code, stderr: ended.stderr }).toMatchObject({
      code: code ?? expect.any(Number),
    });
    if (code === null) expect([0, 1, 3]).toContain(ended.code);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(target.stats().requests - before).toBeGreaterThanOrEqual(requests);
  });
});
