import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { readSaved, unusableAt } from '../files/result-file.ts';
import { type Kept, type KeptRun, keptRunOf } from './kept-run.ts';
import { backwardsFrom, keptRuns, RUN_FOLDER } from './run-folder.ts';

/** A kept file that can be used as a result. */
interface KeptResult {
  readonly path: string;
  readonly result: Kept;
  /** Its entry in the list of kept results. */
  readonly run: KeptRun;
}

/** The name that `--save` gives to a file: the start of what was measured. */
const SAVED_NAME = /^(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d\.\d{3}Z)-[0-9a-f]{4}\.json$/;

/** Meant as the name of a kept result, but not written as one. */
const LIKE_LAST = /^last(?:[~^-][\d.+-]*)?$/i;

/**
 * The kept results that can be used, newest first by their own start, read one by one. Names like `last~1` count them in
 * this order.
 *
 * @param onUnusable called with each file that was passed over
 */
export async function* keptResults(
  folder: string = RUN_FOLDER,
  onUnusable: (sentence: string) => void = () => {},
): AsyncGenerator<KeptResult> {
  let back = 0;
  for (const path of await newestFirst(await keptRuns(folder), onUnusable)) {
    const result = await readKept(path, onUnusable);
    const run = result === null ? null : keptRunOf(path, back, result);
    if (result === null || run === null) continue;
    back++;
    yield { path, result, run };
  }
}

/**
 * Replaces each `last` or `last~1` by the path of the result that it names; other texts are returned as they are.
 *
 * @param onUnusable called once with each file that was passed over
 * @throws VolleyError VOLLEY_RESULT_FILE if fewer are kept
 */
export async function savedPathsOf(
  texts: readonly string[],
  onUnusable: (sentence: string) => void,
  folder: string = RUN_FOLDER,
): Promise<string[]> {
  const wanted = await Promise.all(
    texts.map(async (text) => ((await stat(text).catch(() => null)) === null ? backwardsFrom(text) : null)),
  );
  for (const [index, text] of texts.entries())
    if (wanted[index] === null && LIKE_LAST.test(text) && (await stat(text).catch(() => null)) === null)
      throw new VolleyError(
        ERROR_CODES.resultFile,
        `'${text}' names no kept result: they are last, last~1, last~2 and so on; volley runs lists them.`,
      );
  const most = Math.max(...wanted.map((back) => back ?? -1));
  const paths: string[] = [];
  if (most >= 0) {
    for await (const { path } of keptResults(folder, onUnusable)) {
      paths.push(path);
      if (paths.length > most) break;
    }
  }
  return texts.map((text, index) => {
    const back = wanted[index] ?? null;
    return back === null ? text : (paths[back] ?? tooFew(text, paths.length, folder));
  });
}

function tooFew(text: string, kept: number, folder: string): never {
  throw new VolleyError(
    ERROR_CODES.resultFile,
    kept === 0
      ? `'${text}': no result is kept in ${folder}: run with --save first.`
      : `'${text}': ${folder} has ${kept === 1 ? 'one result' : `${kept} results`}: volley runs lists them.`,
  );
}

/**
 * The names of `--save` tell when a result started; a file of any other name has to be read for it, and is left out if it
 * cannot be used.
 */
async function newestFirst(
  paths: readonly string[],
  onUnusable: (sentence: string) => void,
): Promise<string[]> {
  const found: { readonly path: string; readonly startedMs: number }[] = [];
  for (const path of paths) {
    const [, day, hour, minute, second] = SAVED_NAME.exec(basename(path)) ?? [];
    const startedAt =
      day === undefined ? (await readKept(path, onUnusable))?.startedAt : `${day}${hour}:${minute}:${second}`;
    if (startedAt !== undefined) found.push({ path, startedMs: Date.parse(startedAt) });
  }
  // Results of the same moment stay in the order of their names.
  return found.sort((a, b) => b.startedMs - a.startedMs).map(({ path }) => path);
}

async function readKept(path: string, onUnusable: (sentence: string) => void): Promise<Kept | null> {
  try {
    const found = await stat(path).catch(() => null);
    // Reading a pipe may never end, nor reading a device.
    if (found !== null && !found.isFile() && !found.isDirectory())
      throw unusableAt(path)('it is a pipe, a socket or a device, and only files are read');
    return await readSaved(path);
  } catch (error) {
    onUnusable(messageOf(error));
    return null;
  }
}
