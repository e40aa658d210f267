const BLANKS = /[ \t\r\n]*/y;
/** Unrolled: (?:a|b)* has no stack for a long text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them in a text
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where a text stops being JSON. */
interface JsonFault {
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
}

/**
 * Finds the first place at which a text is not JSON; null where it is JSON. The messages of JSON.parse repeat a piece
 * of the text, which may be secret, and often do not say where it is.
 */
export function jsonFaultIn(text: string): JsonFault | null {
  const at = faultAt(text);
  if (at === null) return null;
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

type Awaited = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma';

function faultAt(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let awaited: Awaited = 'value';
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  for (;;) {
    skip(BLANKS);
    const sign = text[at];
    if (sign === undefined) return awaited === 'comma' && open.length === 0 ? null : at;
    const isClosing =
      (sign === ']' && open.at(-1) === '[' && awaited !== 'value') ||
      (sign === '}' && open.at(-1) === '{' && (awaited === 'comma' || awaited === 'name or }'));
    if (isClosing) {
      open.pop();
      awaited = 'comma';
      at++;
    } else if (awaited === 'comma') {
      if (sign !== ',' || open.length === 0) return at;
      awaited = open.at(-1) === '{' ? 'name' : 'value';
      at++;
    } else if (awaited === 'colon') {
      if (sign !== ':') return at;
      awaited = 'value';
      at++;
    } else if (awaited === 'name' || awaited === 'name or }') {
      if (!skip(TEXT)) return at;
      awaited = 'colon';
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      awaited = sign === '{' ? 'name or }' : 'value or ]';
      at++;
    } else {
      if (!skip(TEXT) && !skip(SCALAR)) return at;
      awaited = 'comma';
    }
  }
}
