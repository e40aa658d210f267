import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** Git answers at once, or something is wrong with it. */
const LONGEST_WAIT_MS = 2_000;

/** Where and of what a result was measured. */
export interface Origin {
  readonly host: string;
  /** Of the folder's git repository; null where it is in none, here and below. */
  readonly revision: string | null;
  readonly branch: string | null;
  /** Whether files had changed since that revision. */
  readonly hasChanges: boolean | null;
}

/** Of the machine and the folder that this process is in. */
export async function originHere(): Promise<Origin> {
  const revision = await git('rev-parse', 'HEAD');
  const [branch, changes] =
    revision === null
      ? [null, null]
      : await Promise.all([
          git('rev-parse', '--abbrev-ref', 'HEAD'),
          git('status', '--porcelain', '--untracked-files=no'),
        ]);
  return { host: hostname(), revision, branch, hasChanges: changes === null ? null : changes !== '' };
}

async function git(...args: string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { timeout: LONGEST_WAIT_MS });
    return stdout.trim();
  } catch {
    return null;
  }
}
