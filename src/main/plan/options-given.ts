import type { RunOptions } from './options.ts';
import { type OptionWord, the } from './words.ts';

/** What says of one request what is sent; by the library's names, with those of the command line. */
export const SAY_WHAT_IS_SENT = {
  method: 'method',
  body: 'body',
  bodyFile: 'body-file',
  json: 'json',
  dataUrlencode: 'data-urlencode',
  form: 'form',
} as const;

/** Those of some options that were given; an empty list says nothing. */
export function givenAmong(options: RunOptions, names: Readonly<Record<string, string>>): OptionWord[] {
  return Object.entries(names).flatMap(([name, option]) => {
    const value = options[name as keyof RunOptions];
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [the(option)];
  });
}
