import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer, type Summary } from '../../src/api/index.ts';
import { splitShellWords } from '../../src/main/plan/curl/shell-words.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess();
const inFolder = useFolder();

const PAGE = readFileSync(join(ROOT, 'docs/models.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}));
const HERE = 'http://127.0.0.1:8080';
/** Whatever is asked of the mock model; the others ask servers that nobody has here. */
const COMMANDS = BLOCKS.filter(({ kind }) => kind === '')
  .flatMap(({ text }) => text.replaceAll('\\\n', '').split('\n'))
  .filter((line) => line.startsWith(`volley ${HERE}`));
const PLANS = BLOCKS.filter(({ kind }) => kind === 'yaml').map(({ text }) => text);
const FILES = ['dogs-before.jpg', 'kitten_small.jpg', 'hints.csv'];

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ model: { firstTokenMs: 5, gapMs: 1, tokens: null } });
  writeFileSync(inFolder('dogs-before.jpg'), 'not really a picture');
  writeFileSync(inFolder('kitten_small.jpg'), 'nor this one');
  writeFileSync(inFolder('hints.csv'), BLOCKS.find(({ text }) => text.startsWith('hint\n'))?.text ?? '');
});
afterAll(() => server.close());

/** With this server's address, and the files where they are. */
const here = (text: string): string =>
  FILES.reduce(
    (all, name) => all.replaceAll(name, inFolder(name)),
    text.replaceAll(HERE, server.url.slice(0, -1)),
  );

async function ran(...words: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await volley(...words, '-o', 'json');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Summary;
}

describe('what the page on models shows, as it is pasted', () => {
  test('there is something of each', () => {
    expect([COMMANDS.length, PLANS.length]).toEqual([8, 2]);
  });

  test.each(COMMANDS)('%s', async (command) => {
    const { words } = splitShellWords(here(command), new Problems())!;
    const { requests, streams } = await ran(...words.slice(1));
    expect(requests).toMatchObject({ ok: Number(/ -n (\d+)/.exec(command)?.[1]), failed: 0 });
    if (!/--preset|--stream/.test(command)) return;
    expect(streams).toMatchObject({ answers: requests.ok, notStreamed: 0 });
    expect(streams?.tokens.total).toBeGreaterThanOrEqual(requests.ok);
  });

  test.each(PLANS)('%s', async (text) => {
    writeFileSync(inFolder('plan.yaml'), here(text));
    const { requests } = await ran('run', inFolder('plan.yaml'));
    expect(requests).toMatchObject({ sent: 20, ok: 20, failed: 0 });
  });
});
