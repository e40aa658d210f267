import { phrase, the, type Words } from '../words.ts';

/** Stands for each quoted part of a word: bash expands nothing there. */
export const QUOTED = '\0';

/** The text between two braces of which bash counts or spells: `1..3`, `a..e..2`. */
const SEQUENCE = /^(?:[+-]?\d+\.\.[+-]?\d+|[a-z]\.\.[a-z])(?:\.\.[+-]?\d+)?$/i;
/** At the beginning of a word, or of the value in what looks like an assignment. */
const HOME = new RegExp(`^(?:[a-z_]\\w*\\+?=(?:.*:)?)?~[^/:${QUOTED}]*(?:[/:]|$)`, 'i');
/** Of which bash makes the names of files; there is none of a URL's name. */
const PATTERN = /^(?!.*:\/\/).*?([*?]|\[[^\]]+\])/s;

/** What bash would make of a word that is not quoted. */
export interface Expansion {
  readonly problem: Words;
  /** curl makes the same of a URL, or bash leaves a URL alone: there is no file of such a name. */
  readonly isFineInUrl: boolean;
  /** With `--globoff` curl does not make the same of it. */
  readonly needsGlobs: boolean;
}

/** Null if bash would take the word as it is; `bare` is the word with a mark in place of each quoted part. */
export function expansionOf(bare: string): Expansion | null {
  const braces = bracesIn(bare);
  if (braces.length > 0)
    return {
      problem: phrase`${the('curl', 'The curl command')} has { } outside quotes, which bash expands to several words: put quotes around the value that they belong to.`,
      isFineInUrl: !braces.some(
        (inner) => inner.includes(QUOTED) || inner.includes('{') || SEQUENCE.test(inner),
      ),
      needsGlobs: true,
    };
  if (HOME.test(bare))
    return {
      problem: phrase`${the('curl', 'The curl command')} has a ~ outside quotes, which bash replaces with a folder: write that folder, or put quotes around the value.`,
      isFineInUrl: false,
      needsGlobs: false,
    };
  const [, sign] = PATTERN.exec(bare) ?? [];
  if (sign === undefined) return null;
  return {
    problem: phrase`${the('curl', 'The curl command')} has ${sign.length === 1 ? sign : '[ ]'} outside quotes, which bash replaces with names of files: put quotes around the value.`,
    isFineInUrl: true,
    needsGlobs: false,
  };
}

/** What stands between the braces that bash expands. */
function bracesIn(bare: string): string[] {
  const open: { readonly from: number; hasComma: boolean }[] = [];
  const found: string[] = [];
  for (const [at, character] of [...bare].entries()) {
    if (character === '{') open.push({ from: at + 1, hasComma: false });
    else if (character === ',') for (const brace of open) brace.hasComma = true;
    else if (character === '}') {
      const last = open.pop();
      if (last === undefined) continue;
      const inner = bare.slice(last.from, at);
      if (last.hasComma || SEQUENCE.test(inner)) found.push(inner);
    }
  }
  return found;
}
