import { statSync } from 'node:fs';
import { reasonOf } from '../../../protocol/errors.ts';
import { readInput } from '../../files/input-files.ts';
import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { LARGEST_BODY_BYTES } from '../requests/multipart.ts';
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
    const pathBytes = Buffer.from(path, 'latin1');
    const bytes = path === STDIN ? readInput(STDIN) : null;
    const size = bytes?.length ?? statSync(pathBytes).size;
    if (size <= LARGEST_BODY_BYTES) return toByteText(bytes ?? readInput(pathBytes));
    problems.add(
      phrase`${named}: it has ${size.toLocaleString('en')} bytes: give at most ${LARGEST_BODY_BYTES.toLocaleString('en')}.`,
    );
  } catch (error) {
    problems.add(phrase`${named}: it cannot be read (${reasonOf(error)}): check the path.`);
  }
  return '';
}
