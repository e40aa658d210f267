import { visibleJson } from '../../requests/visible.ts';

/** No text has an end of line in JSON, so that only lists can match. */
const LIST_OF_NUMBERS = /\[\n\s*(-?\d+(?:,\n\s*-?\d+)*)\n\s*\]/g;

/** A result as JSON for people and programs: indented, but for lists of numbers, which would be thousands of lines. */
export function resultJson(result: object): string {
  const json = JSON.stringify(result, null, 2).replace(
    LIST_OF_NUMBERS,
    (_match, numbers: string) => `[${numbers.replaceAll(/\s+/g, '')}]`,
  );
  return `${visibleJson(json)}\n`;
}
