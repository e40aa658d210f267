import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { plainOptions } from '../../src/main/plan/from-library.ts';
import { entries, LIBRARY_NAMES } from '../../src/main/plan/option-table/run-table.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { checkOptions, resolvePlan } from '../../src/main/plan/resolve.ts';
import { libraryTerms, moduleTerms, namingOf, planTerms } from '../../src/main/plan/terms.ts';
import { WordedProblem } from '../../src/main/plan/worded-problem.ts';
import { given, phrase, the } from '../../src/main/plan/words.ts';
import type { WrittenIn } from '../../src/protocol/plan.ts';
import { ROOT } from '../support/cli.ts';
import { fc } from '../support/properties.ts';

/** What asks for files, or is a command line of another tool. */
const LEFT_OUT = /file$|^(rows|urls|curl|har|model|preset)|^(cacert|cert|key)$/;
const NAMES = entries().flatMap(([name, { kind, isRepeatable }]) => {
  const field = LIBRARY_NAMES.get(name);
  return field === undefined || LEFT_OUT.test(name) ? [] : [{ field, kind, isRepeatable }];
});
const VALUES = ['', 'x', '-1', '0', '3', '1s', '200/s', 'a=b', 'a: b', 'http://a b/', '{{x}}', 'p50<1s', ':'];

/** What is wrong with options. */
function problemsOf(options: RunOptions): readonly WordedProblem[] {
  try {
    checkOptions(options);
    return [];
  } catch (error) {
    const { problems } = error as { problems?: readonly unknown[] };
    if (problems === undefined) throw error;
    return problems.filter((problem) => problem instanceof WordedProblem);
  }
}

const SOME_OPTIONS = fc
  .dictionary(fc.constantFrom(...NAMES.map(({ field }) => field)), fc.constantFrom(...VALUES), {
    minKeys: 1,
    maxKeys: 6,
    noNullPrototype: true,
  })
  .map((given) => {
    const options = Object.entries(given).map(([field, value]) => {
      const entry = NAMES.find((option) => option.field === field)!;
      if (entry.kind === 'flag') return [field, true];
      return [field, entry.isRepeatable === true ? [value] : value];
    });
    return { url: 'http://127.0.0.1:1/', ...Object.fromEntries(options) } as RunOptions;
  });
const WRITTEN_OPTION = /(?<![\w-])--[a-z]/;

/** Rooms whose sentences the library and plan files lead to as well as the command line. */
const SPEAKING_TO_ALL = [
  ...['api', 'machine', 'metrics', 'module', 'protocol', 'requests', 'time', 'workers'],
  ...['collect', 'compare', 'once', 'plan', 'pool', 'run', 'summary', 'text'].map((room) => `main/${room}`),
];
/** What stands there as it is typed: in commands of others, and in sentences of one command. */
const TYPED = [
  // Flags of Node and of V8.
  ...['NODE_OPTIONS="--import tsx"', "'--initial-old-space-size", 'setFlagsFromString(', "'--check'"],
  // Other tools' options of the same meaning.
  'oha --latency-correction',
  // An agent is always started by a command.
  ...['(--allow-target)', 'the agents an --allow-target'],
  // Whole commands, for a file that is not a plan or has what a plan cannot have.
  ...['volley init --openapi', 'volley run plan.yaml --agents', 'is a recording and not a plan: --har'],
  // Only a command line sets variables for one run.
  ': nothing uses it: write',
  // `volley sweep`, and `volley compare` of saved results.
  ...[
    'raise it, or use a shorter -d',
    'compare them with --force',
    'save them with --out',
    'of runs with --repeat',
  ],
];

/** Of a room below src, without what is read or shown as it is typed (curl commands, the help), and where naming begins. */
function linesOf(room: string): string[] {
  const folder = join(ROOT, 'src', room);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(curl|option-table)\/|^naming\.ts$/.test(file))
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .map((line) => `${file}: ${line.trim()}`),
    );
}

type Advice = readonly [
  timeout: string,
  concurrency: string,
  warmup: string,
  keepalive: string,
  once: string | null,
  rounds: string,
];

describe('what is wrong is said by the names that its reader has written', () => {
  test('of any options: in a plan by its keys, in the library by its names, on the command line as options', () => {
    let seen = 0;
    const inPlan = planTerms(new Map(), new Set());
    const inLibrary = libraryTerms(() => false);
    fc.assert(
      fc.property(SOME_OPTIONS, (options) => {
        for (const problem of problemsOf(options)) {
          seen++;
          for (const terms of [inPlan, inLibrary])
            expect(problem.inTerms(terms).message).not.toMatch(WRITTEN_OPTION);
          const { option, message } = problem;
          if (option?.startsWith('--') && !message.startsWith('The ')) expect(message).toContain(option);
        }
      }),
      { numRuns: 150 },
    );
    expect(seen).toBeGreaterThan(100);
  });

  test('also an option that would help, and that nobody has given', () => {
    const problem = new WordedProblem(
      phrase`${the('streams')} ${given(4)}: HTTP/1.1 has none: add ${the('http2')}, or leave it out.`,
    );
    expect(problem.message).toBe("--streams '4': HTTP/1.1 has none: add --http2, or leave it out.");
    const places = new Map([['streams', 'plan.yaml:3:10']]);
    expect(problem.inTerms(planTerms(places, new Set())).message).toBe(
      "plan.yaml:3:10: streams '4': HTTP/1.1 has none: add http2, or leave it out.",
    );
    expect(problem.inTerms(planTerms(places, new Set(['streams']))).message).toBe(
      "--streams '4': HTTP/1.1 has none: add http2, or leave it out.",
    );
    expect(problem.inTerms(libraryTerms(() => false)).message).toBe(
      "streams '4': HTTP/1.1 has none: add http2, or leave it out.",
    );
  });

  test('of a module of scenarios by its fields, where these said it', () => {
    const problem = new WordedProblem(phrase`${the('threshold')} ${given('p5')}: give a rule.`);
    const terms = (isThere: boolean) => moduleTerms('shop.mjs', () => isThere);
    expect(problem.inTerms(terms(true)).message).toBe("shop.mjs: thresholds 'p5': give a rule.");
    expect(problem.inTerms(terms(false)).message).toBe("--threshold 'p5': give a rule.");
    const ofStreams = new WordedProblem(phrase`${the('stall-timeout')}: no.`);
    expect(ofStreams.inTerms(terms(true)).message).toBe('shop.mjs: streams.stallTimeout: no.');
    expect(new WordedProblem(phrase`${the('sni')}: no.`).inTerms(terms(true)).message).toBe('--sni: no.');
  });

  test.each<[string, WrittenIn | undefined, Advice]>([
    [
      'on the command line',
      undefined,
      ['--timeout', '-c', '--warmup 1s', '--no-keepalive', '--once', '--rounds 6'],
    ],
    [
      'in a plan with an option beside it',
      { in: 'plan', onCommandLine: ['timeout'] },
      ['--timeout', 'concurrency', 'warmup: 1s', 'no-keepalive', '--once', '--rounds 6'],
    ],
    [
      'in a module that has a timeout',
      { in: 'module', fields: ['timeout'] },
      ['timeout', '-c', '--warmup 1s', '--no-keepalive', '--once', '--rounds 6'],
    ],
    [
      'in the library, which has no --once',
      { in: 'library' },
      ['timeout', 'concurrency', "warmup: '1s'", 'keepalive: false', null, 'rounds: 6'],
    ],
  ])('advice of a result %s', (_where, writtenIn, advice) => {
    const { option, short, setting, has } = namingOf(writtenIn);
    expect([
      option('timeout'),
      short('concurrency', 'c'),
      setting('warmup', '1s'),
      option('no-keepalive'),
      has('once') ? option('once') : null,
      setting('rounds', '6'),
    ]).toEqual(advice);
  });

  test('notes of the gate are put into words when the plan is complete', async () => {
    const har = join(mkdtempSync(join(tmpdir(), 'volley-terms-')), 'a.har');
    const entry = (url: string) => ({ request: { method: 'GET', url, headers: [] } });
    writeFileSync(
      har,
      JSON.stringify({ log: { entries: [entry('http://127.0.0.1:1/'), entry('http://a/')] } }),
    );
    const noteOf = async (options: RunOptions) => (await resolvePlan(options)).notes.at(-1);
    expect(await noteOf({ har })).toMatch(/with --har-hosts, or \* for all\.$/);
    expect(await noteOf(plainOptions({ har }, []))).toMatch(/with harHosts, or \* for all\.$/);
  });

  test('what a URL makes of an option, or of single braces, is a note', async () => {
    const notesOf = async (options: RunOptions) => (await resolvePlan(options)).notes;
    const nothing = ' does nothing over http://, which has no certificates: for TLS give an https:// URL.';
    const url = 'http://127.0.0.1:1/';
    expect(await notesOf({ url, insecure: true })).toEqual([`--insecure${nothing}`]);
    expect(await notesOf(plainOptions({ url, insecure: true }, []))).toEqual([`insecure${nothing}`]);
    // A redirect, or another request, may lead to https.
    expect(await notesOf({ url, insecure: true, location: true })).toEqual([]);
    expect(await notesOf({ url: 'https://127.0.0.1:1/', insecure: true })).toEqual([]);
    expect(await notesOf({ url: `${url}items/{id}/{{n}}?q={x}` })).toEqual([
      'The URL has {id} in its path, which is sent as %7Bid%7D: a placeholder has two braces, {{id}}.',
    ]);
    expect(await notesOf({ url: `${url}items/{id}`, pathAsIs: true })).toEqual([]);
    expect(await notesOf({ curl: `curl -g '${url}items/{id}'` })).toEqual([]);
  });

  test.each(SPEAKING_TO_ALL)('no sentence of %s has an option in its own text', (room) => {
    const written = linesOf(room).filter(
      (line) =>
        WRITTEN_OPTION.test(line) &&
        !/: (\*|\/\/|\/\*)/.test(line) &&
        !TYPED.some((typed) => line.includes(typed)),
    );
    expect(written).toEqual([]);
  });

  test('there is something to look at', () => {
    expect(SPEAKING_TO_ALL.flatMap(linesOf).length).toBeGreaterThan(20_000);
  });
});
