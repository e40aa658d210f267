import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { readInput, whyUnread } from '../files/input-files.ts';
import { quoted } from '../text/quoted.ts';
import { isText, whyNotText } from './read-text.ts';

/** Nobody writes more, and reading it would take long. */
const LARGEST_PLAN_BYTES = 16 * 2 ** 20;

/**
 * The text of a plan file.
 *
 * @throws VolleyError VOLLEY_USAGE if it cannot be read, is not text, or is empty
 */
export function planText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readInput(path, LARGEST_PLAN_BYTES);
  } catch (error) {
    throw new VolleyError(ERROR_CODES.usage, `The plan ${quoted(path)} ${whyUnread(error)}`);
  }
  if (!isText(bytes))
    throw new VolleyError(ERROR_CODES.usage, `The plan ${quoted(path)} ${whyNotText(bytes)}`);
  const text = bytes.toString('utf8');
  if (text.trim() === '') throw emptyPlan(path);
  return text;
}

export function emptyPlan(path: string): VolleyError {
  return new VolleyError(ERROR_CODES.usage, `The plan ${quoted(path)} is empty: give at least its url.`);
}
