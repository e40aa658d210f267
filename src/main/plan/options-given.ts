import type { RunOptions } from './options.ts';
import { type OptionWord, the } from './words.ts';

/** Options that set what one request sends: names in the library, with those on the command line. */
export const SAY_WHAT_IS_SENT = {
  method: 'method',
  body: 'body',
  bodyFile: 'body-file',
  json: 'json',
  dataUrlencode: 'data-urlencode',
  form: 'form',
} as const;

/** The options among these that were given; an empty list counts as not given. */
export function givenAmong(options: RunOptions, names: Readonly<Record<string, string>>): OptionWord[] {
  return Object.entries(names).flatMap(([name, option]) => {
    const value = options[name as keyof RunOptions];
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [the(option)];
  });
}
