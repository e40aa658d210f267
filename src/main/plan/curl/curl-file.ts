import { readInput, whyUnread } from '../../files/input-files.ts';
import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase, type Words } from '../words.ts';
import { fromByteText, toByteText } from './byte-text.ts';
import type { CurlOptionName } from './option-names.ts';

/**
 * Reads a file that an option of curl names, as a byte text; if it cannot be read, a problem is noted and it is empty.
 *
 * @param as what the problem calls it, if its name may be a secret
 */
export function readCurlFile(
  option: CurlOptionName,
  path: string,
  problems: Problems,
  as: Words = phrase`the file ${given(fromByteText(path) ?? path)}`,
): string {
  const named = phrase`${ofCurl(`--${option}`)} with ${as}`;
  try {
    return toByteText(readInput(path === STDIN ? STDIN : Buffer.from(path, 'latin1')));
  } catch (error) {
    problems.add(phrase`${named}: it ${whyUnread(error)}`);
    return '';
  }
}
