import { quoted } from './quoted.ts';

const SHORTEST_BEGINNING = 3;

/**
 * Of the names that are a slip or two away from a word, the nearest; else the only one that begins with it; null
 * where there is none. Case does not count.
 */
export function nearestTo(word: string, names: readonly string[]): string | null {
  const typed = word.toLowerCase();
  let nearest: string | null = null;
  let least = mostSlipsIn(typed) + 1;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) >= least) continue;
    const slips = slipsBetween(typed, name.toLowerCase(), least);
    if (slips < least) {
      nearest = name;
      least = slips;
    }
  }
  return nearest ?? onlyOneWith(typed, names);
}

/** What is said behind a sentence's colon: the name that was probably meant, or else all of them. */
export function meantOrOneOf(word: string, names: readonly string[]): string {
  const nearest = nearestTo(word, names);
  return nearest === null ? `choose from ${names.join(', ')}.` : `did you mean ${nearest}?`;
}

/** What is wrong with a value that is none of the words that its option takes. */
export function choiceSentence(option: string, value: string, choices: readonly string[]): string {
  return `${option} ${quoted(value)}: ${choiceAdvice(value, choices)}`;
}

/** The same behind its colon. */
export function choiceAdvice(value: string, choices: readonly string[]): string {
  const nearest = typeof value === 'string' ? nearestTo(value, choices) : null;
  const meant = nearest === null ? '.' : `; did you mean ${nearest}?`;
  return `choose one of ${choices.join(', ')}${meant}`;
}

/** Further off it is another word, and of one or two letters each slip makes another. */
function mostSlipsIn({ length }: string): number {
  if (length <= 2) return 0;
  return length <= 5 ? 1 : 2;
}

function onlyOneWith(beginning: string, names: readonly string[]): string | null {
  if (beginning.length < SHORTEST_BEGINNING) return null;
  const [found, another] = names.filter((name) => name.toLowerCase().startsWith(beginning));
  return another === undefined ? (found ?? null) : null;
}

/** Letters left out, added, changed, or swapped with their neighbour (optimal string alignment); from `most` on, that. */
function slipsBetween(a: string, b: string, most: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let slips = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, (before[j - 2] ?? 0) + 1);
      row.push(slips);
    }
    // What follows comes from these two rows: it can only be more.
    if (Math.min(...row) >= most && Math.min(...last) >= most) return most;
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
