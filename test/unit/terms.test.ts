import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { entries, LIBRARY_NAMES } from '../../src/main/plan/option-table/run-table.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { libraryTerms, moduleTerms, planTerms } from '../../src/main/plan/terms.ts';
import { WordedProblem } from '../../src/main/plan/worded-problem.ts';
import { given, phrase, the } from '../../src/main/plan/words.ts';
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
    expect(new WordedProblem(phrase`${the('sni')}: no.`).inTerms(terms(true)).message).toBe('--sni: no.');
  });

  test('no sentence of the gate has an option in its own text: it goes by way of terms', () => {
    const folder = join(ROOT, 'src/main/plan');
    const lines = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      // What curl commands and the help say is written as it is typed.
      .filter((file) => file.endsWith('.ts') && !/^(curl|option-table)\//.test(file))
      .flatMap((file) =>
        readFileSync(join(folder, file), 'utf8')
          .split('\n')
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(lines.length).toBeGreaterThan(1_000);
    const written = lines.filter((line) => WRITTEN_OPTION.test(line) && !/: (\*|\/\/|\/\*)/.test(line));
    expect(written).toEqual([expect.stringContaining('NODE_OPTIONS="--import tsx"')]);
  });
});
