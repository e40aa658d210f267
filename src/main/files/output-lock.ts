import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../protocol/errors.ts';
import { quoted } from '../text/quoted.ts';
import { finalPathOf } from './file-identity.ts';
import { FileLock } from './file-lock.ts';

/** A folder that takes no new file: what is in it may still be written to, but nothing can say by whom. */
const NO_NEW_FILES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Locks a file that a run writes, for as long as it runs: of two that write the same one, the second ends
 * here. Null for what is no regular file, and in a folder that takes no new ones.
 *
 * @throws VolleyError VOLLEY_USAGE, which says who holds it, or what the system says
 */
export async function lockOutput(option: string, path: string): Promise<FileLock | null> {
  const known = await stat(path).catch(() => null);
  if (known !== null && !known.isFile()) return null;
  try {
    return await FileLock.take(`${finalPathOf(path)}.lock`, `${option} ${quoted(path)}`);
  } catch (error) {
    if (NO_NEW_FILES.has(codeOf(error))) return null;
    throw error;
  }
}

/** Where a result is written until it is complete. Under its lock, what lies there already is a dead run's. */
export function unfinishedPathOf(finalPath: string): string {
  return join(dirname(finalPath), `.${basename(finalPath)}.tmp`);
}
