import type { Options } from 'yargs';
import type { OptionEntry } from '../plan/option-table/entry.ts';
import { RUN_TABLE } from '../plan/option-table/run-table.ts';
import { quoted } from '../text/quoted.ts';
import { SCREEN_TABLE } from './command-tables.ts';
import { isWebAddress } from './misplaced-words.ts';

/** Names that other tools use for volley's options, where they are not similar enough to be found as typos. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  amount: 'requests',
  auth: 'user',
  'basic-auth': 'user',
  iterations: 'requests',
  connections: 'concurrency',
  vu: 'concurrency',
  vus: 'concurrency',
  users: 'concurrency',
  threads: 'workers',
  qps: 'rate',
  rps: 'rate',
  overallRate: 'rate',
  'query-per-second': 'rate',
  'requests-per-second': 'rate',
  stage: 'stages',
  targets: 'urls',
  request: 'method',
  data: 'body',
  'data-raw': 'body',
  'data-binary': 'body',
  input: 'body-file',
  headers: 'header',
  'max-time': 'timeout',
  'time-limit': 'duration',
  timelimit: 'duration',
  redirect: 'location',
  'max-redirects': 'location',
  'disable-keepalive': 'no-keepalive',
  'no-connection-reuse': 'no-keepalive',
  'insecure-skip-tls-verify': 'insecure',
  'no-tui': 'no-progress',
  'output-format': 'output',
  warmup_time: 'warmup',
  title: 'out',
};

/** The options of a run by their letters, which people also try on other commands. */
const RUN_LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries<OptionEntry>({ ...RUN_TABLE, ...SCREEN_TABLE }).flatMap(([name, { alias }]) =>
    alias === undefined ? [] : [[alias, name] as const],
  ),
);

/** Those of them that no value follows. */
const RUN_FLAGS: ReadonlySet<string> = new Set(
  Object.values<OptionEntry>({ ...RUN_TABLE, ...SCREEN_TABLE }).flatMap(({ alias, kind }) =>
    alias !== undefined && kind === 'flag' ? [`-${alias}`] : [],
  ),
);

/** What to use instead of letters that only other tools have. */
const LETTERS: Readonly<Record<string, string>> = {
  a: "for Basic authorization (hey's and oha's -a) use -u, for a number of requests (autocannon's) -n",
  A: "for the header accept use -H 'accept: …'",
  C: 'for cookies use --cookie',
  e: 'to set a value of a plan use --set',
  E: 'for an expected body use --expect-body',
  h: 'for HTTP/2 use --http2',
  i: 'for a body from a file use -D, for iterations of a scenario --iterations',
  j: 'for the result as JSON use -o json',
  l: 'latencies are always shown',
  n: 'for the first rows only, use head -n 6 rows.csv | volley batch - URL',
  p: 'for several requests at once on a connection use --streams with HTTP/2; for a body from a file -D',
  R: 'for a rate use -r',
  s: 'a script is run by volley run; for a timeout use --timeout',
  t: "for threads (wrk's -t) use -w, for a timeout (hey's, oha's and autocannon's) --timeout, for a duration (ab's) -d",
  T: "for the content type use -H 'content-type: …', for a timeout --timeout",
  v: 'for the version use --version, for more figures --verbose',
  V: 'for the version use --version',
  x: 'for a proxy use --proxy',
  W: 'for a warm-up use --warmup',
  X: 'for the method use -m, for a proxy --proxy',
  z: 'for a duration use -d',
};
/** Options that ask other tools for what volley always shows. */
const SHOWN_ANYWAY: readonly string[] = ['--latency', '--print-latency'];

/** Values that show that a letter is meant as another tool has it; none is quoted that could be a body or hold a password. */
const OTHER_MEANINGS: readonly (readonly [
  letter: string,
  value: RegExp,
  instead: (value: string) => string,
])[] = [
  ['-q', /^\d+$/, (value) => `takes no value, but has ${quoted(value)}: for a rate use -r`],
  [
    '-m',
    /^\d+$/,
    (value) => `is the method, but has ${quoted(value)}: for requests at once on a connection use --streams`,
  ],
  ['-d', /^[@{[]|=/, () => 'is the duration: for a body use -b, for one from a file -D'],
  ['-H', /^https?:\/\//i, () => "is a header: give the target's URL without an option"],
];

/** A sentence on a letter that is not an option of the command. */
export function unknownLetter(letter: string, options: Readonly<Record<string, Options>>): string {
  const instead = 'timeout' in options ? LETTERS[letter] : undefined;
  if (instead !== undefined) return `-${letter} is not an option: ${instead}.`;
  const meant = RUN_LETTERS.get(letter);
  return meant === undefined
    ? `-${letter} is not an option: see volley --help.`
    : `-${letter} is --${meant}, which this command does not have: see its --help.`;
}

/** The words as typed, without those that volley would misread, and a sentence on each of these. */
interface ReadWords {
  readonly problems: readonly string[];
  readonly words: readonly string[];
}

/**
 * Takes out letters of other tools (`-t4`), names of options with one dash (`-duration=5s`), what volley always shows, and
 * letters with a value that only another tool's has (`-q 100`), each with the value that follows it. A parser would make
 * several letters of each, with values that were never given. From a flag with a value (`--dry-run=yes`), which a parser would
 * take for one that is not given, only the value is taken.
 */
export function withoutMisread(
  typed: readonly string[],
  options: Readonly<Record<string, Options>>,
): ReadWords {
  const letters = new Set(Object.values(options).flatMap(({ alias }) => alias ?? []));
  const end = typed.indexOf('--');
  const own = end < 0 ? typed : typed.slice(0, end);
  const problems: string[] = [];
  const words: string[] = [];
  for (let place = 0; place < own.length; place++) {
    const word = own[place] as string;
    const next = own[place + 1] ?? '-';
    const flag = flagWithValue(word, options);
    if (flag !== null) {
      problems.push(
        `${flag.name} takes no value, but has ${quoted(flag.value)}: give it alone, or leave it out.`,
      );
      words.push(flag.name);
      continue;
    }
    const problem = misread(word, next, options, letters);
    if (problem === null) {
      words.push(word);
      continue;
    }
    problems.push(problem);
    if (word === '-q' && letters.has('q')) words.push(word);
    const isFlag = SHOWN_ANYWAY.includes(word) || (RUN_FLAGS.has(word) && !letters.has(word.slice(1)));
    const hasItsValue = word.includes('=') || /\d/.test(word) || isFlag;
    if (!hasItsValue && !next.startsWith('-') && !isWebAddress(next)) place++;
  }
  return { problems, words: [...words, ...typed.slice(own.length)] };
}

/** A flag that is given neither alone nor as true or false. */
function flagWithValue(
  word: string,
  options: Readonly<Record<string, Options>>,
): { readonly name: string; readonly value: string } | null {
  const [, name, long = '', letter = '', value = ''] = /^(--([\w-]+)|-(\w))=(.*)$/s.exec(word) ?? [];
  if (name === undefined || value === 'true' || value === 'false') return null;
  const meant = Object.entries(options).find(([known, { alias }]) => known === long || alias === letter);
  return meant?.[1].type === 'boolean' ? { name, value } : null;
}

function misread(
  word: string,
  next: string,
  options: Readonly<Record<string, Options>>,
  letters: ReadonlySet<unknown>,
): string | null {
  const other = OTHER_MEANINGS.find(([known, value]) => known === word && value.test(next));
  if (other !== undefined && letters.has(word.slice(1))) return `${word} ${other[2](next)}.`;
  if (SHOWN_ANYWAY.includes(word)) return `${word} is not an option: latencies are always shown.`;
  const [, name = '', letter = ''] = /^-(([A-Za-z])[\w-]*)/.exec(word) ?? [];
  if (letter === '') return null;
  const known = name in options ? name : ELSEWHERE[name];
  if (name.length > 2 && known !== undefined && known in options)
    return `${quoted(word)}: the name of an option has two dashes: did you mean --${known}?`;
  return letters.has(letter) ? null : unknownLetter(letter, options);
}
