import type { RunOptions } from './options.ts';
import type { Problems } from './problems.ts';
import { drawnSeed, ROWS_KEPT } from './rows-kept.ts';
import { given, phrase, the } from './words.ts';

const LONGEST_NAME = 200;

/** What tells a run from others: its name, if it has one, and its seed. */
export function parseNameAndSeed(
  options: RunOptions,
  problems: Problems,
): { readonly name?: string; readonly seed: number } {
  const { seed, name } = options;
  const givenSeed = seed === undefined ? null : problems.count('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  return {
    ...(name === undefined ? {} : { name: parseName(name, problems) }),
    seed: givenSeed ?? options[ROWS_KEPT]?.seed ?? drawnSeed(),
  };
}

/** It is a title, and so a line. */
function parseName(name: string, problems: Problems): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > LONGEST_NAME || /[\r\n]/.test(trimmed))
    problems.add(
      phrase`${the('name')} ${given(name)}: give it a line of 1 to ${LONGEST_NAME} characters, or leave it out.`,
    );
  return trimmed;
}
