/** Matches anything but visible characters, blanks, tabs and the upper half of Latin-1 (RFC 9110, field-value). */
export const NOT_IN_A_HEADER = /[^\t\x20-\x7e\x80-\xff]/;
/** A header name or a method (RFC 9110, 5.6.2). */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What a `host` field may say: a host, which may be empty, and a port (RFC 9110, 7.2; RFC 3986, 3.2.2). */
export const HOST_FIELD = /^(?:\[[\w.~!$&'()*+,;=:%-]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-fA-F]{2})*)(?::\d*)?$/;

const BLANKS = ' \t\r\n\f\v';

/** The text without blanks around it. Not `trim()`: in Latin-1 that takes the last byte of an à for a blank. */
export function withoutBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && BLANKS.includes(text[from] ?? '')) from++;
  while (to > from && BLANKS.includes(text[to - 1] ?? '')) to--;
  return text.slice(from, to);
}

/** Name and value of a line such as `Name: value`; without a colon, all of it is the value. */
export function nameAndValue(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, Math.max(0, colon)).trim(), withoutBlanks(line.slice(colon + 1))];
}
