import { mkdir, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../../machine/crypto.ts';
import { reasonOf, VolleyError, writeErrorCodeOf } from '../../protocol/errors.ts';
import { unfinishedPathOf } from '../files/output-lock.ts';
import { openReplaced, type WrittenFile } from '../files/replaced-file.ts';

/** Where results are kept, relative to the current folder. */
export const RUN_FOLDER = join('.volley', 'runs');

/** Limits on what is kept; beyond them the oldest results are deleted. */
const MOST_RUNS = 500;
const MOST_BYTES = 200_000_000;

/** Where results are kept, and the limits on their number and size. */
interface Keeping {
  readonly folder?: string;
  readonly mostRuns?: number;
  readonly mostBytes?: number;
}

const LAST = /^last(?:~(\d{1,4}))?$/;
const ENDING = '.json';

/**
 * Keeps a result, and deletes the oldest ones beyond the limits.
 *
 * @param text the result as JSON
 * @returns its path
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export async function keepRun(
  text: string,
  startedAt: Date,
  { folder = RUN_FOLDER, mostRuns = MOST_RUNS, mostBytes = MOST_BYTES }: Keeping = {},
): Promise<string> {
  const time = startedAt.toISOString().replaceAll(':', '-');
  const path = join(folder, `${time}-${randomHex(2)}${ENDING}`);
  let file: WrittenFile | null = null;
  try {
    await mkdir(folder, { recursive: true });
    // The name is unique, so that it needs no lock.
    file = await openReplaced('--save', path, unfinishedPathOf);
    await file.append(text);
    await file.commit();
  } catch (error) {
    await file?.discard();
    throw cannotKeep(error);
  }
  await letOldestGo(path, { folder, mostRuns, mostBytes });
  return path;
}

/**
 * Detects a folder that cannot be written to before anything is sent.
 *
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export async function openRunFolder(): Promise<void> {
  try {
    await mkdir(RUN_FOLDER, { recursive: true });
    const probe = join(RUN_FOLDER, `.${process.pid}-${randomHex(4)}`);
    await writeFile(probe, '', { flag: 'wx' });
    await unlink(probe);
  } catch (error) {
    throw cannotKeep(error);
  }
}

/** Paths of the files with kept results, by name from the newest: names begin with the start. */
export async function keptRuns(folder = RUN_FOLDER): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(ENDING) && !name.startsWith('.'))
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

/** How many results a text like `last~2` goes back; null for any other text. */
export function backwardsFrom(text: string): number | null {
  const match = LAST.exec(text);
  return match === null ? null : Number(match[1] ?? 0);
}

/** Whether a text names a kept result, such as `last~1`. */
export function namesKeptRun(text: string): boolean {
  return LAST.test(text);
}

/** Deletes the oldest results; the one just kept stays, whatever its size. */
async function letOldestGo(
  newest: string,
  { folder, mostRuns, mostBytes }: Required<Keeping>,
): Promise<void> {
  let bytes = 0;
  let count = 0;
  for (const path of await keptRuns(folder)) {
    bytes += (await stat(path).catch(() => null))?.size ?? 0;
    count++;
    if (path !== newest && (count > mostRuns || bytes > mostBytes)) await unlink(path).catch(() => {});
  }
}

function cannotKeep(error: unknown): VolleyError {
  return new VolleyError(
    writeErrorCodeOf(error),
    `--save: ${RUN_FOLDER} cannot be written (${reasonOf(error)}): run in a folder that can be written to and has room.`,
  );
}
