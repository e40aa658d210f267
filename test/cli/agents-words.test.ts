import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening } from '../support/target.ts';

const volley = useKeptProcess();
const pathOf = useFolder();
const URL_TEXT = 'http://127.0.0.1:9/';
const HERE = /--agents is not an option here: it belongs to volley <url>, volley run, volley replay\./;

test.each([
  { words: ['compare', URL_TEXT, URL_TEXT, '--agents', '2'], says: HERE },
  { words: ['modes', URL_TEXT, '--agents', '2'], says: HERE },
  { words: ['sweep', URL_TEXT, '--agents', '2'], says: HERE },
  { words: ['batch', 'none.csv', URL_TEXT, '--agents', '2'], says: HERE },
  { words: ['init', URL_TEXT, '--agents', '2'], says: HERE },
  { words: ['doctor', '--agents', '2'], says: HERE },
  {
    words: [URL_TEXT, '--agents', '2', '--repeat', '3'],
    says: /--repeat with --agents: rounds run on this machine/,
  },
  {
    words: [URL_TEXT, '--agents', '2', '--once'],
    says: /--once with --agents: it is sent from this machine/,
  },
  {
    words: [URL_TEXT, '--agents', '2', '--mode', 'inline'],
    says: /--mode with --agents: .*volley agent --mode/,
  },
  {
    words: ['run', 'examples/cart.ts', '--pool', 'a'],
    says: /^volley: --pool 'a' without --agents: add --agents/,
  },
  { words: [URL_TEXT, '--agents', '0'], says: /--agents '0': give a whole number from 1 to 10,000/ },
  { words: [URL_TEXT, '--agents', '2', '--min-agents', '3'], says: /--min-agents '3'/ },
  { words: [URL_TEXT, '--agents', '2', '--max-lost', '5'], says: /--max-lost '5': give a share of the load/ },
  { words: [URL_TEXT, '--max-lost', '5%'], says: /--max-lost '5%' without --agents/ },
  {
    words: [URL_TEXT, '--agents', '1', '--rows', '/nowhere/rows.csv', '--rows-mode', 'cycle'],
    says: /rows\.csv/,
  },
  {
    words: [URL_TEXT, '--agents', '1', '--workers', '2', '--samples', 's.csv'],
    says: /--workers with --agents.*\n.*--samples with --agents/,
  },
  {
    words: [URL_TEXT, '--agents', '1', '--broker', 'redis://me:hidden@127.0.0.1:1'],
    says: /VOLLEY_BROKER instead/,
  },
  {
    words: [URL_TEXT, '--agents', '1', '--broker', 'redis://192.0.2.1'],
    says: /there is no cluster key/,
  },
  {
    words: [URL_TEXT, '--agents', 'x', '--min-agents', '0', '--join-timeout', '2h'],
    says: /--agents 'x': give a whole number from 1 to 10,000\.\nvolley: --min-agents '0': give a whole number from 1 to 10,000\.\nvolley: --join-timeout '2h': give a time such as .* at most 1h\./,
  },
  { words: ['agent', '--broker', 'redis://me:hidden@127.0.0.1'], says: /VOLLEY_BROKER instead/ },
  { words: ['agents', '--broker', 'redis://me:hidden@127.0.0.1'], says: /VOLLEY_BROKER instead/ },
  {
    words: ['agents', '--broker', 'http://me:hidden@x/'],
    says: /--broker 'http:\/\/…@x\/': give it as redis:/,
  },
  { words: ['agent', '--broker', 'redis://127.0.0.1'], says: /--allow-target is missing/ },
  {
    words: ['agent', '--allow-target', '127.0.0.1:80', '--allow-code'],
    says: /^volley: --allow-code without a cluster key: whoever can write to the broker could run code here: give one/,
  },
])('volley $words is refused in a sentence', async ({ words, says }) => {
  const { code, stdout, stderr } = await volley.with({ VOLLEY_BROKER: 'redis://127.0.0.1:1' }, words);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(says)]);
  expect(stderr).not.toMatch(/hidden|\n {4}at /);
});

test('what is given in the environment is called by its name there, and an empty key is none', async () => {
  const saying = async (environment: Record<string, string>): Promise<string> =>
    (await volley.with(environment, ['agents'])).stderr;
  expect(await saying({ VOLLEY_BROKER: 'me:hidden@x' })).toMatch(
    /^volley: VOLLEY_BROKER '…@x': give it as redis:/,
  );
  expect(await saying({ VOLLEY_BROKER: 'redis://192.0.2.1', VOLLEY_CLUSTER_KEY: '' })).toMatch(
    /^volley: The broker is not on this machine, and there is no cluster key/,
  );
});

test('a run with setup whose broker is away has not begun with it', async () => {
  const target = createServer((request, response) => {
    sent.push(request.url ?? '');
    response.end('{}');
  });
  const sent: string[] = [];
  const plan = pathOf('around.yaml');
  writeFileSync(
    plan,
    `url: http://127.0.0.1:${await listening(target)}
load: { executor: per-vu-iterations, vus: 1, iterations: 1 }
setup: [{ get: /before }]
teardown: [{ get: /after }]
scenarios: { a: { flow: [{ get: /a }] } }
`,
  );
  const { code, stderr } = await volley.with({ VOLLEY_BROKER: 'redis://127.0.0.1:1' }, [
    ...['run', plan, '--agents', '1', '-q'],
  ]);
  target.close();
  expect([code, sent]).toEqual([3, []]);
  expect(stderr).toMatch(/could not be reached .* Nothing was sent\.\n$/);
});
