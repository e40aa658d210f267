import { stat } from 'node:fs/promises';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { isHeld } from '../files/file-lock.ts';
import { WordedProblem } from '../plan/worded-problem.ts';
import { given, phrase, the } from '../plan/words.ts';
import { journalPathOf, lockPathOf } from './output.ts';

/**
 * Refuses to begin a batch over the journal of one that has not ended or, without `--force`, over an earlier result.
 *
 * @throws VolleyError VOLLEY_USAGE
 */
export async function refuseWhatIsThere({
  out,
  resume,
  force,
}: {
  readonly out: string | null;
  readonly resume: boolean;
  readonly force: boolean;
}): Promise<void> {
  if (out === null || resume) return;
  // The journal comes first: if there is one, the output may belong to another batch.
  const journalPath = await journalPathOf(out);
  // A batch that is still running: its journal must not be deleted, and its lock says who holds it.
  if (journalPath !== null && (await isHeld(lockPathOf(journalPath)))) return;
  if (journalPath !== null && (await stat(journalPath).catch(() => null)) !== null)
    throw journalIsThere(journalPath);
  if (!force) await refuseWritten(out);
}

export function journalIsThere(path: string): VolleyError {
  return new VolleyError(ERROR_CODES.usage, [
    new WordedProblem(
      phrase`The journal ${given(path)} of an unfinished batch exists: add ${the('resume')} to continue it, or delete it to begin again.`,
    ),
  ]);
}

/** @throws VolleyError VOLLEY_USAGE if the output is a non-empty file */
export async function refuseWritten(out: string | null): Promise<void> {
  const known = out === null ? null : await stat(out).catch(() => null);
  if (known?.isFile() !== true || known.size === 0) return;
  throw new VolleyError(ERROR_CODES.usage, [
    new WordedProblem(
      phrase`${the('out')} ${given(out)} already exists: add ${the('force')} to replace it, or give another name.`,
    ),
  ]);
}
