import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { EXIT_CODES_IN_SHORT } from '../../src/main/cli/help/exit-codes.ts';
import { manualPage } from '../../src/main/cli/help/manual.ts';
import { helpPage } from '../../src/main/cli/help/pages.ts';
import { type Page, topicIn } from '../../src/main/cli/help/topic.ts';
import { GROUP_TOPICS } from '../../src/main/cli/help/topic-names.ts';
import { fileInPlaceOfUrl, urlInPlaceOfPlan, urlInPlaceOfRows } from '../../src/main/cli/misplaced-words.ts';
import { withoutMisread } from '../../src/main/cli/other-tools.ts';
import { withDashValues } from '../../src/main/cli/parsed.ts';
import { commandNear, unknownWords } from '../../src/main/cli/unknown-words.ts';
import type { OptionEntry } from '../../src/main/plan/option-table/entry.ts';
import { RUN_TABLE } from '../../src/main/plan/option-table/run-table.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { nearestTo } from '../../src/main/text/nearest.ts';
import { EXIT_CODES } from '../../src/protocol/exit-codes.ts';
import { LATENCY_KINDS } from '../../src/protocol/latency.ts';
import { OUTCOMES } from '../../src/protocol/report.ts';
import { ROOT } from '../support/cli.ts';
import { summaryWith } from '../support/summary.ts';

const PAGES: readonly (Page | null)[] = [
  null,
  { of: 'short' },
  { of: 'all' },
  { of: 'metrics' },
  ...GROUP_TOPICS.map((group) => ({ of: 'group', group }) as const),
  ...Object.values(COMMANDS).map((command) => ({ of: 'command', command }) as const),
];
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

describe('a page of the help', () => {
  // After a change that is meant: node bin/volley.js --help > test/fixtures/help/short-80.txt, and so on.
  test.each([
    ['short', 80, { of: 'short' }],
    ['short', 120, { of: 'short' }],
    ['engine', 80, { of: 'group', group: 'engine' }],
    ['engine', 120, { of: 'group', group: 'engine' }],
    ['compare', 80, { of: 'command', command: COMMANDS['compare']! }],
  ] as const)('%s, exactly, in %i columns', (name, columns, topic) => {
    const expected = readFileSync(join(ROOT, `test/fixtures/help/${name}-${columns}.txt`), 'utf8');
    expect(helpPage(topic, columns)).toBe(expected);
  });

  test.each([40, 60, 80, 120])('has no line beyond %i columns, and the words it has elsewhere', (columns) => {
    for (const page of PAGES) {
      const text = helpPage(page, columns);
      // What is one word, and example commands, are not broken.
      const long = text.split('\n').filter((line) => line.length > columns && /\S\s\S/.test(line.trim()));
      expect(long.filter((line) => !line.startsWith('  volley ') && !/^ {2,8}-/.test(line))).toEqual([]);
      if (columns >= 80) expect(long).toEqual([]);
      expect(words(text)).toEqual(words(helpPage(page, 1_000)));
    }
  });

  test('the first is short, that of volley alone shorter', () => {
    expect(helpPage({ of: 'short' }, 80).trimEnd().split('\n').length).toBeLessThanOrEqual(50);
    // One more line says what is wrong.
    expect(helpPage(null, 80).trimEnd().split('\n').length).toBeLessThanOrEqual(23);
    for (const code of Object.values(EXIT_CODES))
      expect(EXIT_CODES_IN_SHORT).toMatch(new RegExp(` ${code} `));
  });

  test('all has every option of every command, the page of a command its own defaults', () => {
    const all = helpPage({ of: 'all' }, 80);
    for (const { table } of Object.values(COMMANDS))
      for (const name of Object.keys(table)) expect(all).toMatch(new RegExp(`--${name}(?![a-z0-9-])`));
    const modes = helpPage({ of: 'command', command: COMMANDS['modes']! }, 1_000);
    expect(modes).toMatch(/--duration T .*\(default 2s a round, without -n\)/);
    expect(modes).toMatch(/--warmup T .*\(default 500ms\)/);
    const run = helpPage({ of: 'all' }, 1_000);
    expect(run).toMatch(/--duration T .*\(default 10s without -n\)/);
    expect(run).toMatch(/--warmup T .*\(default 0s\)/);
  });

  test('the manual page is written from the same tables (node scripts/man-page.js)', () => {
    expect(readFileSync(join(ROOT, 'man/volley.1'), 'utf8')).toBe(manualPage());
  });

  test('metrics has every number', () => {
    const page = helpPage({ of: 'metrics' }, 80);
    const { requests } = summaryWith();
    const verdicts = [
      'failing',
      'generator-limited',
      'connection-limited',
      'vu-limited',
      'target-limited',
      'ok',
    ];
    for (const name of [...LATENCY_KINDS, ...Object.keys(requests), ...OUTCOMES, ...verdicts])
      expect(page).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const tool of ['wrk', 'oha', 'k6', 'autocannon', 'vegeta']) expect(page).toContain(tool);
  });

  test.each([
    [['--help'], { of: 'short' }],
    [['-h'], { of: 'short' }],
    [['help'], { of: 'short' }],
    [['http://x/', '-c', '5', '--help'], { of: 'short' }],
    [['--help', 'http://x/'], { of: 'short' }],
    [['--help', 'all'], { of: 'all' }],
    [['--help=metrics'], { of: 'metrics' }],
    [['--help', 'man'], { of: 'man' }],
    [['batch', '--help', 'metrics'], { of: 'metrics' }],
    [['--help', 'Load'], { of: 'group', group: 'load' }],
    [['help', 'modes'], { of: 'command', command: COMMANDS['modes'] }],
    [['modes', 'http://x/', '--help'], { of: 'command', command: COMMANDS['modes'] }],
    [['run', '--help', 'plan.yaml'], { of: 'command', command: COMMANDS['plan'] }],
    [['--help', 'conection'], expect.stringContaining('did you mean connection?')],
    [['--help', 'zzzzzzz'], expect.stringContaining('choose one of all, metrics, man, target, load')],
    [['http://x/', '--', '--help'], null],
    [['http://x/'], null],
    [[], null],
  ] as const)('%j', (argv, topic) => expect(topicIn([...argv])).toEqual(topic));
});

describe('the table of options', () => {
  test('names the choices that the gate takes, and the help has them', () => {
    const withChoices = Object.entries(RUN_TABLE as Record<string, OptionEntry>).filter(
      ([, { kind }]) => kind === 'choice',
    );
    expect(withChoices.length).toBeGreaterThan(5);
    for (const [name, { choices = [], help }] of withChoices) {
      expect(choices.filter((choice) => !help.includes(choice))).toEqual([]);
      if (name === 'output') continue;
      const field = name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
      const problemsOf = (value: string): string => {
        try {
          checkOptions({ url: 'http://x/', rate: 1, rows: 'nothing.csv', stream: 'sse', [field]: value });
        } catch (error) {
          return (error as Error).message;
        }
        return '';
      };
      expect(problemsOf('zzzzzzzzzz')).toContain(
        `--${name} 'zzzzzzzzzz': choose one of ${choices.join(', ')}.`,
      );
      for (const choice of choices) expect(problemsOf(choice)).not.toContain(`--${name}`);
    }
  });
});

describe('a slip of the pen', () => {
  const NAMES = ['concurrency', 'duration', 'rate', 'threads', 'processes', 'inline', 'a'];
  test.each([
    ['conncurrency', 'concurrency'],
    ['Concurrency', 'concurrency'],
    ['cnocurrency', 'concurrency'],
    ['thread', 'threads'],
    ['raet', 'rate'],
    ['proc', 'processes'],
    ['duratoin', 'duration'],
    ['b', null],
    ['fast', null],
    ['api', null],
    ['', null],
  ])('%s: %s', (word, nearest) => expect(nearestTo(word, NAMES)).toBe(nearest));

  const run = COMMANDS['run']!;
  const all = Object.values(COMMANDS);
  const said = (argv: object, positionals: readonly string[] = ['http://x/'], surplus: string[] = []) =>
    unknownWords({ ...argv, _: [], $0: '' }, run, all, positionals, surplus);

  test.each([
    [{ conncurrency: '4' }, '--conncurrency is not an option: did you mean --concurrency?'],
    [{ connections: '4' }, '--connections is not an option: did you mean --concurrency?'],
    [{ conections: '4' }, '--conections is not an option: did you mean --concurrency?'],
    [{ data: 'a=1' }, '--data is not an option: did you mean --body?'],
    [{ data: '@body.json' }, '--data is not an option: did you mean --body-file?'],
    [{ versoin: true }, '--versoin is not an option: did you mean --version?'],
    [{ hepl: true }, '--hepl is not an option: did you mean --help?'],
    [{ frobnicate: true }, '--frobnicate is not an option: see volley --help all.'],
    [{ margin: '3%' }, '--margin is not an option here: it belongs to volley modes, volley compare.'],
  ])('%j', (argv, sentence) => expect(said(argv)).toEqual([sentence]));

  test.each([
    ['init', '-n', '-n is --requests, which this command does not have: see its --help.'],
    ['batch', '-d', '-d is --duration, which this command does not have: see its --help.'],
    ['report', '-q', '-q is --quiet, which this command does not have: see its --help.'],
    ['serve', '-y', '-y is not an option: see volley --help.'],
  ])('volley %s %s', (command, letter, sentence) =>
    expect(withoutMisread([letter, '5'], COMMANDS[command]!.options).problems).toEqual([sentence]),
  );

  test('of a command that lacks it, a flag takes no value and is told once', () => {
    const { words, problems } = withoutMisread(['-q', 'r.json'], COMMANDS['report']!.options);
    expect([words, problems.length]).toEqual([['r.json'], 1]);
  });

  test.each([
    [['http://x/', '-z', '5s'], ['-z is not an option: for a duration use -d.']],
    [
      ['-z5s', '-X', 'POST'],
      [expect.stringContaining('use -d.'), expect.stringContaining('use -m,')],
    ],
    [['-t4', '-c100', '-d30s'], [expect.stringContaining("for threads (wrk's -t) use -w")]],
    [['-f', '1'], ['-f is not an option: see volley --help.']],
    [['-h2'], ['-h is not an option: for HTTP/2 use --http2.']],
    [['-m', '10'], ["-m is the method, but has '10': for requests at once on a connection use --streams."]],
    [['-m', 'PUT', '-d', '30', '-H', 'origin: http://x/'], []],
    ...['@body.json', 'a=b', '{"a":1}', '[1]'].map((body): [string[], string[]] => [
      ['-d', body],
      ['-d is the duration: for a body use -b, for one from a file -D.'],
    ]),
    [['-H', 'http://x:y@z/'], ["-H is a header: give the target's URL without an option."]],
    [['-q', '100'], ["-q takes no value, but has '100': for a rate use -r."]],
    [['-q', 'http://x/100'], []],
    [
      ['--dry-run=yes', '-k=1', '--once=', '--quiet=true', '--insecure=false', '--output=yes', '-c=1'],
      [
        "--dry-run takes no value, but has 'yes': give it alone, or leave it out.",
        "-k takes no value, but has '1': give it alone, or leave it out.",
        "--once takes no value, but has '': give it alone, or leave it out.",
      ],
    ],
    [['-duration=5s'], ["'-duration=5s': the name of an option has two dashes: did you mean --duration?"]],
    [['-rps', '5'], ["'-rps': the name of an option has two dashes: did you mean --rate?"]],
    [['-kL', '-c5', '-Hrate: 5', '-', '-1s', '--', '-z'], []],
  ])('%j', (words, sentences) => expect(withoutMisread(words, run.options).problems).toEqual(sentences));

  test.each([
    [
      ['-z', '5s', 'http://x/', '-X', 'POST', '-c', '5', '--', '-z', '1'],
      ['http://x/', '-c', '5', '--', '-z', '1'],
    ],
    [
      ['-t4', 'localhost', '-q', '100', '-duration=5s', '-n', '3'],
      ['localhost', '-q', '-n', '3'],
    ],
    [['-l', 'http://x/', '-rate', '3'], ['http://x/']],
    [
      ['-m', '10', '-d', 'a=b', '-H', 'http://x/', '-n', '3'],
      ['http://x/', '-n', '3'],
    ],
    [['--latency', '-t', '2', 'localhost:3000/'], ['localhost:3000/']],
    [
      ['--dry-run=yes', 'http://x/', '-k=1'],
      ['--dry-run', 'http://x/', '-k'],
    ],
  ])('%j is read without what was meant otherwise', (typed, words) =>
    expect(withoutMisread(typed, run.options).words).toEqual(words),
  );

  test('letters of other tools are explained where the options are', () => {
    for (const { options } of all.filter((command) => !('timeout' in command.options)))
      expect(withoutMisread(['-t', '4'], options).problems).toEqual([
        '-t is not an option: see volley --help.',
      ]);
    const letters = Object.values(run.options).map(({ alias }) => alias);
    for (const letter of 'aAeEChijlpRstTvVWxXz') {
      const [sentence = ''] = withoutMisread([`-${letter}`], run.options).problems;
      expect(sentence).not.toContain('volley --help');
      for (const [, own] of sentence.matchAll(/ use -(\w)/g)) expect(letters).toContain(own);
      for (const [, own = ''] of sentence.matchAll(/--([a-z0-9-]+)/g))
        expect([...Object.keys(run.options), 'version']).toContain(own);
    }
  });

  test('a value may stand next to its letter', () => {
    expect(
      withDashValues(['-d30s', '-c10', '-Hx: y', '-kd', '3s', '-b', '-', '--', '-d30s'], [run.options]),
    ).toEqual([...['-d=30s', '-c=10', '-H=x: y', '-kd', '3s', '-b=-', '--', '-d30s']]);
  });

  test('a word in the place of a command', () => {
    expect(said({}, ['modse'], ['http://x/'])).toEqual([
      "There is no command 'modse': did you mean volley modes?",
    ]);
    expect(said({}, ['bench'], ['http://x/'])).toEqual(["There is no command 'bench': see volley --help."]);
    expect(said({ vus: 10 }, ['k6'], ['run', 'script.js'])).toEqual([
      "'k6' is not a command of volley: docs/moving.md has the options of k6 next to those of volley and says how to rewrite a k6 script.",
    ]);
    expect(said({}, ['wrk'], ['http://x/'])).toEqual([
      "'wrk' is not a command of volley: docs/moving.md has the options of wrk next to those of volley.",
    ]);
    expect(said({}, ['k6'])).toEqual([]);
    expect(said({ think: '1s' }, ['http://x/'])).toEqual([
      '--think is not an option: for a steady rate use -r; users who wait between requests are scenarios (docs/scenarios.md).',
    ]);
    expect(said({}, ['api'])).toEqual([]);
    expect(said({}, ['modse'])).toEqual([]);
    expect(said({}, ['http://x/'], ['y'])).toEqual([
      "'y' is one argument too many: quote the URL, or see volley --help.",
    ]);
    for (const two of [
      ['http://x/', 'https://y/'],
      ['localhost:3000', 'x.example:80/a'],
    ] as const)
      expect(said({}, [two[0]], [two[1]])).toEqual([
        `'${two[1]}' is one argument too many: to compare two targets use volley compare URL URL, or see volley --help.`,
      ]);
    for (const host of ['localhost', 'api', 'modes.example.com', 'modes:80', 'server1', 'modes/'])
      expect(commandNear(host, all)).toBeNull();
  });
});

describe('an argument that belongs elsewhere', () => {
  test.each([
    ['shop.ts', "'shop.ts' is a file, not a URL: volley run shop.ts runs plans and scenarios."],
    ['./plan.yml', "'./plan.yml' is a file, not a URL: volley run ./plan.yml runs plans and scenarios."],
    [
      'package.json',
      "'package.json' is a file, not a URL: volley run package.json runs plans and scenarios.",
    ],
    ['rows.csv', expect.stringContaining('volley batch rows.csv URL sends a request for each row')],
    ['page.har', "'page.har' is a file, not a URL: --har page.har sends what it has recorded."],
    ['urls.txt', "'urls.txt' is a file, not a URL: --urls urls.txt reads a list of URLs."],
    ['http://127.0.0.1/app.js', null],
    ['host.example/app.js', null],
    ['localhost:3000', null],
    ['api', null],
  ])('in the place of a URL: %s', (word, sentence) => expect(fileInPlaceOfUrl(word)).toEqual(sentence));

  test('a URL in the place of a file, without its password', () => {
    expect(urlInPlaceOfPlan('http://a:b@host/')).toBe(
      "'http://…@host/' is a URL, not a plan: leave run out, as in volley http://…@host/",
    );
    expect(urlInPlaceOfRows('https://host/{{id}}')).toBe(
      "'https://host/{{id}}' is a URL, not a file of rows: the rows come first, as in volley batch rows.csv URL.",
    );
  });
});
