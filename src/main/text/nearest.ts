import { quoted } from './quoted.ts';

const SHORTEST_BEGINNING = 3;

/**
 * The nearest of the names that are a slip or two away from a word; else the only one that begins with it; else
 * null. Case is ignored.
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

/** What follows a sentence's colon: the name that was probably meant, or else all of them. */
export function meantOrOneOf(word: string, names: readonly string[]): string {
  const nearest = nearestTo(word, names);
  return nearest === null ? `choose from ${names.join(', ')}.` : `did you mean ${nearest}?`;
}

/** Reports a value that is not one of the words that its option takes. */
export function choiceSentence(option: string, value: string, choices: readonly string[]): string {
  return `${option} ${quoted(value)}: ${choiceAdvice(value, choices)}`;
}

/** The part after the colon. */
export function choiceAdvice(value: string, choices: readonly string[]): string {
  const nearest = typeof value === 'string' ? nearestTo(value, choices) : null;
  const meant = nearest === null ? '.' : `; did you mean ${nearest}?`;
  return `choose one of ${choices.join(', ')}${meant}`;
}

/** With more slips it is a different word; in a word of one or two letters any slip makes it one. */
function mostSlipsIn({ length }: string): number {
  if (length <= 2) return 0;
  return length <= 5 ? 1 : 2;
}

function onlyOneWith(beginning: string, names: readonly string[]): string | null {
  if (beginning.length < SHORTEST_BEGINNING) return null;
  const [found, another] = names.filter((name) => name.toLowerCase().startsWith(beginning));
  return another === undefined ? (found ?? null) : null;
}

/** Letters left out, added, changed, or swapped with their neighbour (optimal string alignment); at most `most`. */
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
    // All later rows derive from these two and cannot be smaller.
    if (Math.min(...row) >= most && Math.min(...last) >= most) return most;
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
