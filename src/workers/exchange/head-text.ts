/** Compiled patterns per field name; a scenario's code uses few names. */
const patterns = new Map<string, RegExp>();
const MOST_PATTERNS = 1_000;
const FOLD = /[\t ]*\r\n[\t ]+/g;

/** All values of a field in a head's text, in order and trimmed. */
export function valuesInHead(head: string | null, name: string): string[] {
  if (head === null) return [];
  const pattern = patternOf(name);
  const values: string[] = [];
  const text = head.includes('\r\n ') || head.includes('\r\n\t') ? head.replace(FOLD, ' ') : head;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text))
    values.push(match[1] ?? '');
  return values;
}

/** The first value of a field; null if absent. */
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
