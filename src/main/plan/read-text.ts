import { codeOf, messageOf } from '../../protocol/errors.ts';
import { readInput } from '../files/input-files.ts';
import type { Problems } from './problems.ts';
import { given, phrase, the } from './words.ts';

/** The text of a file that an option names, `-` for stdin; null where a problem has been noted. */
export function readTextOf(option: string, path: string, problems: Problems): string | null {
  try {
    return readInput(path).toString('utf8');
  } catch (error) {
    problems.add(
      phrase`${the(option)} ${given(path)} cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
    return null;
  }
}
