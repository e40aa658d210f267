import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { fc } from '../support/properties.ts';

const volley = useKeptProcess();
const inFolder = useFolder();

/** In every value, so that it is seen whether a sentence repeats the value. */
const MARK = 'zq9';
const VALUES = [
  MARK,
  `-${MARK}`,
  `${MARK}\u001b[2J\u009b1m\u202e\0\r\n`,
  `{{random ${MARK} 1}}{{${MARK}}}`,
  `@${MARK}`,
  `$..[?(@.${MARK}`,
  `${MARK}\ud800'"\\`,
  `${MARK}${'('.repeat(20_000)}`,
  `http://${MARK}:99999/`,
];
/** Many times what any of them takes, also on a busy machine. */
const LONGEST_MS = 20_000;
const URL_TEXT = 'http://127.0.0.1:9/';
const PLACES: Readonly<Record<string, readonly string[]>> = {
  run: [URL_TEXT],
  compare: ['compare', URL_TEXT, URL_TEXT],
  modes: ['modes', URL_TEXT],
  batch: ['batch', 'ROWS', URL_TEXT],
};

/** What each command takes with a value, but for the option that ends each attempt before anything is sent. */
function optionsOf(command: string): (readonly [name: string, isSecret: boolean])[] {
  return Object.entries(COMMANDS[command]!.table).flatMap(([name, { kind, isSecret }]) =>
    kind === 'flag' || name === 'seed' ? [] : [[name, isSecret === true || kind === 'header'] as const],
  );
}

async function refused(words: readonly string[]): Promise<string[]> {
  const rows = inFolder('rows.csv');
  const startedMs = performance.now();
  // Whatever the others are: with this one nothing begins.
  const { code, stdout, stderr } = await volley(
    ...words.map((word) => (word === 'ROWS' ? rows : word)),
    '--seed=none',
  );
  expect([words, code, stdout]).toEqual([words, 2, '']);
  expect(performance.now() - startedMs).toBeLessThan(LONGEST_MS);
  const lines = stderr.trimEnd().split('\n');
  for (const line of lines) {
    expect(line).toMatch(/^volley: \S/);
    expect(line).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}|^\s+at |undefined|\[object/u);
    expect(line.length).toBeLessThan(5_000);
  }
  return lines;
}

test('every option of every command with hostile values: sentences that repeat the value, and nothing else', async () => {
  writeFileSync(inFolder('rows.csv'), 'id\n1\n');
  const seen = new Set<string>();
  const silent: string[] = [];
  for (const [command, places] of Object.entries(PLACES)) {
    for (const [name, isSecret] of optionsOf(command)) {
      // What several commands have is one entry of one table.
      if (seen.has(name)) continue;
      seen.add(name);
      for (const value of VALUES) {
        const lines = await refused([...places, `--${name}=${value}`]);
        const about = lines.filter((line) => line.startsWith(`volley: --${name} `));
        if (isSecret) expect([name, about.filter((line) => line.includes(`:${MARK}`))]).toEqual([name, []]);
        else if (about.some((line) => !line.includes(MARK)))
          silent.push(`${JSON.stringify(value)}: ${about}`);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(60);
  expect(silent.map((line) => line.slice(0, 300))).toEqual([]);
});

test('any of them together', async () => {
  writeFileSync(inFolder('rows.csv'), 'id\n1\n');
  const words = fc.constantFrom(...Object.keys(PLACES)).chain((command) =>
    fc
      .array(
        fc.oneof(
          fc
            .tuple(fc.constantFrom(...Object.keys(COMMANDS[command]!.table)), fc.constantFrom(...VALUES))
            .map(([name, value]) => `--${name}=${value}`),
          fc.constantFrom(
            ...VALUES,
            '--',
            '-',
            '--=',
            '-=',
            '---',
            '-c',
            '--no-',
            '--__proto__=1',
            '-Lzq9',
            '--seed',
          ),
        ),
        { maxLength: 8 },
      )
      .map((options) => [...PLACES[command]!, ...options]),
  );
  await fc.assert(
    fc.asyncProperty(words, async (given) => {
      // Behind `--` nothing is an option.
      await refused(given.includes('--') ? ['--seed=none', ...given] : given);
    }),
    { numRuns: 80 },
  );
});
