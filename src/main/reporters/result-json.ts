import { visibleJson } from '../../requests/visible.ts';

/** Strings in JSON contain no line ends, so only lists can match. */
const LIST_OF_NUMBERS = /\[\n\s*(-?\d+(?:,\n\s*-?\d+)*)\n\s*\]/g;

/** A result as JSON for people and programs: indented, except lists of numbers, which would take thousands of lines. */
export function resultJson(result: object): string {
  const json = JSON.stringify(result, null, 2).replace(
    LIST_OF_NUMBERS,
    (_match, numbers: string) => `[${numbers.replaceAll(/\s+/g, '')}]`,
  );
  return `${visibleJson(json)}\n`;
}
