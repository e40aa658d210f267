/** Patterns of fields that are asked for: a scenario's code names them, and has few. */
const patterns = new Map<string, RegExp>();
const MOST_PATTERNS = 1_000;
const FOLD = /[\t ]*\r\n[\t ]+/g;

/** All values of a field in the text of a head, in their order, without the blanks around them. */
export function valuesInHead(head: string | null, name: string): string[] {
  if (head === null) return [];
  const pattern = patternOf(name);
  // A look at the text is dear: most heads have not what is asked for.
  pattern.lastIndex = 0;
  const values: string[] = [];
  const text = head.includes('\r\n ') || head.includes('\r\n\t') ? head.replace(FOLD, ' ') : head;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text))
    values.push(match[1] ?? '');
  return values;
}

/** The first value of a field; null where there is none. */
export function fieldInHead(head: string | null, name: string): string | null {
  return valuesInHead(head, name)[0] ?? null;
}

function patternOf(name: string): RegExp {
  const known = patterns.get(name);
  if (known !== undefined) return known;
  const pattern = new RegExp(`^${escaped(name)}:[\\t ]*([^\\r\\n]*?)[\\t ]*\\r?$`, 'gim');
  if (patterns.size < MOST_PATTERNS) patterns.set(name, pattern);
  return pattern;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
