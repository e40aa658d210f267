import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** Git answers at once unless something is wrong with it. */
const LONGEST_WAIT_MS = 2_000;

/** Where a result was measured, and of which revision. */
export interface Origin {
  readonly host: string;
  /** Revision of the folder's git repository; null outside of one, here and below. */
  readonly revision: string | null;
  /** Null also if a revision is checked out without its branch. */
  readonly branch: string | null;
  /** Whether files differed from that revision. */
  readonly hasChanges: boolean | null;
}

/** The origin for this process's machine and folder. */
export async function originHere(): Promise<Origin> {
  const revision = await git('rev-parse', 'HEAD');
  const [branch, changes] =
    revision === null
      ? [null, null]
      : await Promise.all([
          // Fails where none is checked out, as in most CI jobs.
          git('symbolic-ref', '--quiet', '--short', 'HEAD'),
          git('status', '--porcelain', '--untracked-files=no'),
        ]);
  return { host: hostname(), revision, branch, hasChanges: changes === null ? null : changes !== '' };
}

async function git(...args: string[]): Promise<string | null> {
  try {
    const { execFile } = process.getBuiltinModule('node:child_process');
    const { stdout } = await promisify(execFile)('git', args, { timeout: LONGEST_WAIT_MS });
    return stdout.trim();
  } catch {
    return null;
  }
}
