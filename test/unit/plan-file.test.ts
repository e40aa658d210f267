import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { inheritedNames } from '../../src/main/cli/parsed.ts';
import { compareSaved } from '../../src/main/compare/saved.ts';
import { type PlanFile, readPlanFile } from '../../src/main/plan/plan-file.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { readSaved } from '../../src/main/result-file.ts';
import { useFolder } from '../support/folder.ts';
import { summaryWith } from '../support/summary.ts';

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
    const { problems } = error as { problems?: readonly string[] };
    if (problems === undefined) throw error;
    return problems.map((sentence) => sentence.replace(/^.*plan\.yaml:/, ''));
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
    ['a map within itself', 'json: &a {x: *a}', ['1:14: *a stands for what it is a part of']],
    ['a list within itself', 'mix: &a [*a]', ['1:10: *a stands for what it is a part of']],
    ['a merge of a number', '<<: 5', ['1:5: << merges maps']],
    ['a key that would be lost', 'json: {__proto__: {a: 1}}', ["1:8: '__proto__' can be no name here"]],
    ['aliases of aliases', bomb, ['Excessive alias count']],
    ['a placeholder without quotes', 'url: {{base}}/x', ['put quotes around placeholders']],
    ['brackets without quotes', 'json: { id: a[0]: b }', ['put quotes around the value']],
    ['a syntax error, of which others follow', 'a: [1\nb: }\nc: ]]\nd: {', ['2:']],
    [
      'several fields',
      'workers: [1]\nnonsense: 1\nmix:\n  - url: http://a/\n    header: 5\n',
      ["'mix.0.name' is missing", "1:10: 'workers'", "5:13: 'mix.0.header'", "2:11: 'nonsense'"],
    ],
  ])('%s', (_what, text, expected) => {
    const found = problemsOf(text);
    expect(found).toHaveLength(expected.length);
    for (const part of expected) expect(found.join('\n')).toContain(part);
  });

  test('values are checked with the structure, those of the mix with their places', () => {
    const { problems, mix } = planOf(
      'bad: 1\nmix:\n  - name: a\n    url: ftp://x/\n    header: bad\n    weight: -1\n',
    );
    expect(problems).toHaveLength(1);
    try {
      checkOptions({ mix: mix ?? [] }, problems);
      throw new Error('it is right');
    } catch (error) {
      const message = (error as Error).message;
      for (const part of ["1:6: 'bad'", '4:10: The URL', "5:13: --header 'bad'", "6:13: Request 'a': weight"])
        expect(message).toContain(part);
    }
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

  test('and one of no fault is shown', () => {
    expect(REPORTERS.text(summaryWith())).toContain('requests');
  });
});
