import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../protocol/errors.ts';
import { quoted } from '../text/quoted.ts';
import { finalPathOf } from './file-identity.ts';
import { FileLock } from './file-lock.ts';

/** The folder takes no new files: one in it may still be writable, but it cannot be locked. */
const NO_NEW_FILES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/**
 * Locks a file that a run writes, for as long as it runs; a second run that writes the same file fails
 * here. Null for anything but a regular file, and in a folder that takes no new files.
 *
 * @throws VolleyError VOLLEY_USAGE if another process holds it; else the system's error
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

/** Path that a result is written to until it is complete. Under its lock, a file found there is from a dead run. */
export function unfinishedPathOf(finalPath: string): string {
  return join(dirname(finalPath), `.${basename(finalPath)}.tmp`);
}
