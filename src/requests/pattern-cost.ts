/** A match that may take no more steps than this is over in some tenths of a second at worst. */
const MOST_STEPS = 1e8;
/** Repetitions within repetitions double the steps with each character, or worse. */
const LONGEST_NESTED = 16;
/** A repetition of more than this counts as one without an end. */
const FEW = 8;
const COUNTED = /\{(\d+)(,(\d*))?\}/y;

/** How many ways a part of a pattern can match. */
interface Ways {
  /** Repetitions that can end at any character. */
  loops: number;
  /** The product of all else: of what may be there or not, of counts, and of alternatives. */
  choices: number;
  /** Something that can match in several ways is itself repeated, or referred back to: the ways multiply. */
  isNested: boolean;
}

const known = new Map<string, Ways>();

/** Whether a pattern could need very long to find that a text of this length does not match; cautious, but quick. */
export function mayTakeLong(source: string, flags: string, length: number): boolean {
  const key = `${flags}/${source}`;
  let ways = known.get(key);
  if (ways === undefined) {
    ways = waysOf(source, flags.includes('v'));
    known.set(key, ways);
  }
  if (ways.isNested) return length > LONGEST_NESTED;
  // It begins at every character anew.
  return ways.choices * length ** (ways.loops + 1) > MOST_STEPS;
}

/** A group that is read: whether what is in it can match in several ways, and how many alternatives it has. */
interface Group {
  isVaried: boolean;
  alternatives: number;
}

function waysOf(source: string, hasSets: boolean): Ways {
  const ways: Ways = { loops: 0, choices: 1, isNested: false };
  const groups: Group[] = [{ isVaried: false, alternatives: 1 }];
  /** What stands before `at` is a group that can match in several ways, or the beginning of one. */
  let before: 'varied' | 'opening' | 'other' = 'other';
  for (let at = 0; at < source.length; ) {
    const group = groups.at(-1) ?? { isVaried: false, alternatives: 1 };
    const character = source.charAt(at);
    const quantifier = before === 'opening' ? null : quantifierAt(source, at);
    if (quantifier !== null) {
      const { least, most, end } = quantifier;
      if (before === 'varied' && most > 1) ways.isNested = true;
      if (most > least + FEW) ways.loops++;
      else ways.choices *= most - least + 1;
      if (most > least) group.isVaried = true;
      before = 'other';
      at = source.charAt(end) === '?' ? end + 1 : end;
    } else if (character === '\\') {
      if (/[1-9k]/.test(source.charAt(at + 1))) ways.isNested = true;
      before = 'other';
      at += 2;
    } else if (character === '[') {
      before = 'other';
      at = endOfClass(source, at, hasSets);
    } else {
      before = character === '(' ? 'opening' : 'other';
      if (character === '(') groups.push({ isVaried: false, alternatives: 1 });
      if (character === '|') {
        group.alternatives++;
        group.isVaried = true;
      }
      if (character === ')' && groups.length > 1) {
        groups.pop();
        ways.choices *= group.alternatives;
        before = group.isVaried ? 'varied' : 'other';
        const around = groups.at(-1);
        if (group.isVaried && around !== undefined) around.isVaried = true;
      }
      at++;
    }
  }
  ways.choices *= groups[0]?.alternatives ?? 1;
  return ways;
}

function quantifierAt(
  source: string,
  at: number,
): { readonly least: number; readonly most: number; readonly end: number } | null {
  switch (source.charAt(at)) {
    case '*':
      return { least: 0, most: Number.POSITIVE_INFINITY, end: at + 1 };
    case '+':
      return { least: 1, most: Number.POSITIVE_INFINITY, end: at + 1 };
    case '?':
      return { least: 0, most: 1, end: at + 1 };
    case '{': {
      COUNTED.lastIndex = at;
      const [whole, least, comma, most] = COUNTED.exec(source) ?? [];
      if (whole === undefined) return null;
      const from = Number(least);
      const to = comma === undefined ? from : most === '' ? Number.POSITIVE_INFINITY : Number(most);
      return { least: from, most: to, end: at + whole.length };
    }
    default:
      return null;
  }
}

function endOfClass(source: string, from: number, hasSets: boolean): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\\') at++;
    else if (character === '[' && (hasSets || at === from)) depth++;
    else if (character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return source.length;
}
