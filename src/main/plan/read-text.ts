import { readFileSync } from 'node:fs';
import { codeOf, messageOf } from '../../protocol/errors.ts';
import { type Problems, quoted } from './problems.ts';
import { readStdin, STDIN } from './stdin.ts';

/** The text of a file that an option names, `-` for stdin; null where a problem has been noted. */
export function readTextOf(option: string, path: string, problems: Problems): string | null {
  try {
    return path === STDIN ? readStdin().toString('utf8') : readFileSync(path, 'utf8');
  } catch (error) {
    problems.add(
      `${option} ${quoted(path)} cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
    return null;
  }
}
