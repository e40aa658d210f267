import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inheritedNames } from '../../src/main/cli/parsed.ts';
import { compareSaved } from '../../src/main/compare/saved.ts';
import { readSaved } from '../../src/main/files/result-file.ts';
import { wrongPart } from '../../src/main/files/saved-shape.ts';
import { type PlanFile, readPlanFile } from '../../src/main/plan/plan-file.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import type { Comparison } from '../../src/protocol/comparison.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { useFolder } from '../support/folder.ts';
import { MIX, summaryWith } from '../support/summary.ts';

const pathOf = useFolder();

function planOf(text: string): PlanFile {
  const path = pathOf('plan.yaml');
  writeFileSync(path, text);
  return readPlanFile(path);
}

/** What is wrong with a plan, its places from the line on. */
function problemsOf(text: string): string[] {
  try {
    return planOf(text).problems.map((sentence) => sentence.replace(/^.*plan\.yaml:/, ''));
  } catch (error) {
    const { problems } = error as { problems?: readonly object[] };
    if (problems === undefined) throw error;
    return problems.map((problem) => String(problem).replace(/^.*plan\.yaml:/, ''));
  }
}

const bomb = [
  'a: &a [x]',
  ...'bcdefgh'.split('').map((name, index) => {
    const before = `*${'abcdefgh'[index]}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(', ')}]`;
  }),
].join('\n');

describe('a plan file that is wrong', () => {
  test.each([
    ['an alias without anchor', 'header: *typo', ['1:9: *typo has no anchor']],
    ['a map within itself', 'json: &a {x: *a}', ['1:14: *a stands for something that contains it']],
    ['a list within itself', 'mix: &a [*a]', ['1:10: *a stands for something that contains it']],
    ['a merge of a number', '<<: 5', ['1:5: << merges maps']],
    ['a key that would be lost', 'json: {__proto__: {a: 1}}', ["1:8: '__proto__' cannot be a name here"]],
    ['a name that is a map', 'x-a: &a {b: 1}\njson: {*a : 1}', ['2:8: *a is a list or a map']],
    ['a name that is a list', 'json: {[a, b]: 1}', ['1:8: braces without quotes']],
    ['a zero byte', 'url: \0', ['has a NUL character']],
    ['UTF-16', 'u\0r\0l\0', ['is not text in UTF-8: give another file']],
    ['only comments', '# url: http://a/\n', ['is empty: give at least its url']],
    ['nothing', ' \n', ['is empty: give at least its url']],
    ['a tag that nobody knows', 'url: !mine http://a/', ['1:6: Unresolved tag: !mine: leave it out']],
    ['aliases of aliases', bomb, ['Excessive alias count']],
    ['a placeholder without quotes', 'url: {{base}}/x', ['put quotes around placeholders']],
    ['brackets without quotes', 'json: { id: a[0]: b }', ['put quotes around the value']],
    ['a second document', 'url: http://a\n---\nurl: b', ['2:1: another document begins here']],
    ['a syntax error, of which others follow', 'a: [1\nb: }\nc: ]]\nd: {', ['2:']],
    [
      'requests as a list',
      'requests: [{url: http://a/}]',
      ["'requests': it is the number of requests to send"],
    ],
    [
      'values of other types',
      'mix:\n  - name: 5\n    url: [x]\n    json: true\n    header: 5\nrate: {a: 1}\nhttp2: maybe\nlocation: far\nexpect-body: 7\nvariables: 3\n',
      [
        "2:11: 'mix.0.name' '5': give text, in quotes where it looks like something else.",
        "3:10: 'mix.0.url' is a list: give text",
        "4:11: 'mix.0.json' 'true': give a map, a list, or JSON as text.",
        "5:13: 'mix.0.header' '5': give a map of names and values, or a list of 'Name: value'.",
        "6:7: 'rate' is a map: give a number or text.",
        "7:8: 'http2' 'maybe': give true or false.",
        "8:11: 'location' 'far': give a number, or true.",
        "9:14: 'expect-body' '7': give text, or a list of texts.",
        "10:12: 'variables': give a map of names and values.",
      ],
    ],
    [
      'a wrong value in a list or a map that is allowed',
      'header: {x: 2001-01-01, y: null, z: [a]}\nthreshold: [p99<1s, 5, {a: 1}]\n',
      [
        "1:28: 'header.y' 'null': give text or a number.",
        "1:37: 'header.z' is a list: give text or a number.",
        "2:21: 'threshold.1' '5': give text.",
        "2:24: 'threshold.2' is a map: give text.",
      ],
    ],
    [
      'values of other types, of which secrets are not repeated',
      "concurrency:\nmix: ['http://me:secret@a/']\nuser: 123\nvariables: secret\n",
      [
        "1:13: 'concurrency' 'null': give a number or text.",
        "2:7: 'mix.0' 'http://…@a/': give a request",
        "3:7: 'user': give text, in quotes",
        "4:12: 'variables': give a map",
      ],
    ],
    ['no requests', 'mix: []', ["1:6: 'mix': give at least one request."]],
    [
      'several fields',
      'workers: [1]\nnonsense: 1\nmix:\n  - url: http://a/\n    header: 5\n',
      ["'mix.0.name' is missing", "1:10: 'workers'", "5:13: 'mix.0.header'", "2:1: 'nonsense'"],
    ],
  ])('%s', (_what, text, expected) => {
    const found = problemsOf(text);
    expect(found).toHaveLength(expected.length);
    for (const part of expected) expect(found.join('\n')).toContain(part);
  });

  test('values are checked with the structure, those of the mix with their places', () => {
    const { problems, mix } = planOf(
      'bad: 1\nmix:\n  - name: a\n    url: ftp://x/\n    header: bad\n    weight: -1\n  - 5\n',
    );
    expect(problems).toHaveLength(2);
    try {
      checkOptions({ mix: mix ?? [] }, problems);
      throw new Error('it is right');
    } catch (error) {
      const message = (error as Error).message;
      for (const part of [
        "1:1: 'bad'",
        "7:5: 'mix.1' '5': give a request",
        '4:10: The URL',
        "5:13: header 'bad'",
        "6:13: Request 'a': weight",
      ])
        expect(message).toContain(part);
    }
  });

  test('numbers whose text would change are told with their places, where they are sent', () => {
    const sent = (place: string, text: string, as: string): string =>
      `${place}: ${text} would be sent as ${as}: put it in quotes.`;
    expect(problemsOf('url: http://a\nvariables:\n  a: 1.0\n  b: 2\n  c: 010\n  d: "1.0"\n')).toEqual([
      sent('3:6', '1.0', '1'),
      sent('5:6', '010', '10'),
    ]);
    expect(problemsOf('url: http://a\njson: {a: [0x1F, 31, true, 1e3, x]}\n')).toEqual([
      sent('2:12', '0x1F', '31'),
      sent('2:28', '1e3', '1000'),
    ]);
    expect(problemsOf('url: http://a\nheader: {x-a: 1.50}\n')).toEqual([sent('2:15', '1.50', '1.5')]);
    expect(problemsOf('json: 12345678901234567890\n')).toEqual([
      sent('1:7', '12345678901234567890', '12345678901234567000'),
    ]);
    const flow = [
      'url: http://a',
      'load: {executor: per-vu-iterations, vus: 1, iterations: 1}',
      'scenarios:',
      '  a:',
      '    flow:',
      '      - {post: /a, form: {b: 9007199254740993}, query: {c: [007]}}',
      '      - {for: x, in: [1.10], flow: [{get: "/{{x}}"}]}',
      '      - {get: /b, capture: {d: {json: d, default: 1e3}}}',
      '      - {get: "/{{d}}", expect-json: {id: 9007199254740993, price: 1.50}, timeout: 1.50}',
    ];
    expect(problemsOf(flow.join('\n'))).toEqual([
      sent('6:30', '9007199254740993', '9007199254740992'),
      sent('6:61', '007', '7'),
      sent('7:23', '1.10', '1.1'),
      sent('8:51', '1e3', '1000'),
      '9:43: 9007199254740993 would be read as 9007199254740992: put it in quotes.',
    ]);
    expect(problemsOf('url: http://a\ntimeout: 1.50\nx-a: 1.0\n')).toEqual([]);
    expect(problemsOf('json: {[a, b]: 1.0, c: 2.0}\n')).toEqual([
      "1:8: braces without quotes: put quotes around placeholders, as in '{{name}}'.",
      sent('1:24', '2.0', '2'),
    ]);
  });

  test('a name that is given twice is told with its place', () => {
    const { mix } = planOf('mix:\n  - {name: a, url: http://a/}\n  - url: http://b/\n    name: a\n');
    expect(() => checkOptions({ mix: mix ?? [] }, [])).toThrow(
      /plan\.yaml:4:11: Two requests are called 'a'/,
    );
  });

  test('one wrong variable does not make the others seem missing', () => {
    const { problems, variables } = planOf(
      "variables: {base: 'http://a', bad: {a: 1}, n: 5}\nurl: '{{base}}/{{bad}}'\n",
    );
    expect(problems.map((problem) => problem.replace(/^.*plan\.yaml:/, ''))).toEqual([
      expect.stringContaining("1:36: 'variables.bad' is a map: give text"),
    ]);
    expect(Object.keys(variables)).toEqual(['base', 'bad', 'n']);
  });
});

test.each([
  '--constructor',
  '--toString=1',
  '--hasOwnProperty',
  '--no-constructor',
  '-constructor',
  '--constructor.a',
])('%s is not an option', (word) => {
  expect(inheritedNames([word])).toEqual([expect.stringContaining('is not an option')]);
  expect(inheritedNames(['--', word])).toEqual([]);
});

type Place = readonly (string | number)[];

/** Every place within a value, parts before wholes. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [
    ...placesIn(part).map((place): Place => [name, ...place]),
    [name],
  ]);
}

/** A copy, of what leads there, that has another value in one place. */
function withValue(whole: object, [name = '', ...rest]: Place, value: unknown): object {
  const copy = Object.assign(Array.isArray(whole) ? [] : {}, whole) as Record<string | number, unknown>;
  copy[name] = rest.length === 0 ? value : withValue(copy[name] as object, rest, value);
  return copy;
}

/** Whether a report shows what is no value, or cannot be made. */
function hasGap(report: () => string): boolean {
  try {
    return /undefined|NaN|\[object/.test(report());
  } catch {
    return true;
  }
}

describe('a saved result that is broken', () => {
  const good = JSON.parse(JSON.stringify(summaryWith())) as Record<string, unknown>;
  const cases = Object.keys(good).flatMap((field) =>
    [null, 5, 'x', [], {}, [null], { a: null }].map((value) => [field, JSON.stringify(value)] as const),
  );

  test.each(cases)('%s as %s is told in a sentence, or shown', async (field, value) => {
    const path = pathOf('result.json');
    writeFileSync(path, JSON.stringify({ ...good, [field]: JSON.parse(value) as unknown }));
    const judging = { metric: 'p50', margin: 0.03 } as const;
    for (const use of [() => readSaved(path), () => compareSaved(path, path, judging, true)]) {
      const problem = await use().then(
        () => null,
        (error: unknown) => (error as { code?: unknown }).code,
      );
      expect([null, 'VOLLEY_RESULT_FILE']).toContain(problem);
    }
  });

  test('with arms of another kind', async () => {
    for (const arms of [[null], [5], [{}], [{ rounds: [null], figures: {} }], [{ rounds: {} }]]) {
      const path = pathOf('arms.json');
      writeFileSync(
        path,
        JSON.stringify({ schemaVersion: 1, tool: {}, pairs: [], conclusions: [], notes: [], arms }),
      );
      await expect(readSaved(path)).rejects.toMatchObject({ code: 'VOLLEY_RESULT_FILE' });
    }
  });

  test('at whatever depth: what is taken is shown without a gap', () => {
    const whole = JSON.parse(
      JSON.stringify(
        summaryWith({ mix: MIX, errors: [{ kind: 'reset', code: 'X', count: 1, example: 'e' }] }),
      ),
    ) as object;
    expect(wrongPart(whole)).toBeNull();
    let taken = 0;
    const gaps: string[] = [];
    for (const place of placesIn(whole)) {
      for (const value of [{ a: 'x' }, 'x', 5, null, [null], true]) {
        const summary = withValue(whole, place, value) as Summary;
        if (wrongPart(summary) !== null) continue;
        taken++;
        for (const [form, report] of Object.entries(REPORTERS)) {
          // JSON shows a result as it is.
          if (form !== 'json' && hasGap(() => report(summary)))
            gaps.push(`${form}: ${place.join('.')} as ${JSON.stringify(value)}`);
        }
      }
    }
    expect(gaps).toEqual([]);
    expect(taken).toBeGreaterThan(0);
  });

  test('of several rounds, at whatever depth: what is taken is shown without a gap', async () => {
    const run = JSON.parse(JSON.stringify(summaryWith())) as object;
    const cost = { peakMemoryBytes: 1e6, memoryKind: 'proportional' };
    const level = { median: 2, low: null, high: null };
    const share = { sent: 5, failed: 0, share: 0 };
    const estimate = {
      ratio: 0.9,
      low: 0.8,
      high: 1,
      p: 0.1,
      rounds: 6,
      margin: 0.03,
      decision: 'undecided',
    };
    const arm = { url: 'http://h/', mode: 'inline', workers: 1, concurrency: 1, failures: share };
    const arms = ['A', 'B'].map((name) => ({
      ...arm,
      name,
      figures: { p50: level, throughput: level },
      rounds: [{ ...run, cost }],
    }));
    const pair = {
      a: 'B',
      b: 'A',
      figures: { p50: { ...estimate, roundsNeeded: null } },
      adjustedP: 1,
      probabilityShorter: 0.5,
      shifts: [{ percentile: '50', aMs: 1, bMs: 2 }],
    };
    const whole = {
      ...{ schemaVersion: 1, kind: 'compare', tool: { version: '1' }, startedAt: '2026-01-01T00:00:00Z' },
      ...{ interrupted: false, metric: 'p50', margin: 0.03, arms, pairs: [pair], conclusions: [], notes: [] },
    };
    const path = pathOf('comparison.json');
    const shown = async (value: object): Promise<string> => {
      writeFileSync(path, JSON.stringify(value));
      const saved = (await readSaved(path)) as Comparison;
      return COMPARISON_REPORTERS.text(saved) + COMPARISON_REPORTERS.markdown(saved);
    };
    expect(await shown(whole)).toContain('compare: http://h/');
    const gaps: string[] = [];
    const places = placesIn(whole).filter((place) => !place.includes('rounds') || place.includes('cost'));
    places.push(
      ['arms', 0, 'rounds', 0, 'generator', 'mergeMs'],
      ['arms', 0, 'rounds', 0, 'generator', 'batchBytes'],
    );
    for (const place of places) {
      for (const value of [undefined, { a: 'x' }, 'x', 5, null, [], [null], true]) {
        const text = await shown(withValue(whole, place, value)).catch((error: Error) => error.message);
        if (/undefined|NaN|Infinity|\[object|Cannot read|not a function/.test(text))
          gaps.push(`${place.join('.')} as ${JSON.stringify(value)}`);
      }
    }
    expect(gaps).toEqual([]);
  });

  test('and one of no fault is shown', () => {
    expect(REPORTERS.text(summaryWith())).toContain('requests');
  });
});

describe('a plan that is not meant to be read', () => {
  const planOf = (text: string) => () => {
    const path = pathOf('odd.yaml');
    writeFileSync(path, text);
    return readPlanFile(path);
  };

  test.each([
    `a: ${'['.repeat(100_000)}`,
    `a: ${'{'.repeat(100_000)}`,
    '- '.repeat(50_000),
    '? '.repeat(50_000),
  ])('%# is nested too deeply', (text) => {
    expect(planOf(text)).toThrow(/odd\.yaml' cannot be read \(it is nested too deeply\): write it with less/);
  });

  test('a key that is there twice is told with its place, at any depth', () => {
    expect(planOf('url: a\nurl: b\n')).toThrow(/odd\.yaml:2:1: 'url' appears twice: give it once\.$/);
    expect(planOf('variables:\n  x: 1\n  x: 2\n')).toThrow(/odd\.yaml:3:3: 'x' appears twice/);
    expect(planOf('x-a: &a {url: b}\n<<: *a\n')).not.toThrow();
  });

  test('options of many machines are sent to the command line', () => {
    for (const name of ['agents', 'broker', 'max-lost'])
      expect(planOf(`${name}: 3\n`)().problems).toEqual([
        expect.stringContaining(
          `'${name}' is not a field that a plan has here: where a plan runs is said on the command line, as in volley run plan.yaml --agents 3.`,
        ),
      ]);
  });

  test('each of thousands of unknown keys is told with its place', () => {
    const text = Array.from({ length: 3_500 }, (_, index) => `k${index}: 1`).join('\n');
    const { problems } = planOf(text)();
    expect(problems).toHaveLength(3_500);
    expect(problems[3_499]).toMatch(/odd\.yaml:3500:\d+: 'k3499' is not a field that a plan has here/);
  });
});
