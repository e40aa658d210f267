import { readFileSync } from 'node:fs';
import { codeOf, messageOf } from '../../protocol/errors.ts';
import { type Problems, quoted } from './problems.ts';

/** The text of a file that an option names; null where a problem has been noted. */
export function readTextOf(option: string, path: string, problems: Problems): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.add(
      `${option} ${quoted(path)} cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
    return null;
  }
}
