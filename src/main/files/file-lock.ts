import { constants, copyFile, link, open, readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomHex } from '../../machine/crypto.ts';
import { codeOf, ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { isRunning, type Owner, thisProcess } from './process-identity.ts';

/** A takeover that was cut off is itself taken over; this many cut off in a row are not volley's. */
const MOST_LEVELS = 3;
/** Error codes of file systems without hard links. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * A file that names the process working on what it locks. It appears with its content (a link to a
 * finished file), so it is never read half written, and it is deleted when its owner releases it.
 *
 * A lock left by a dead process is replaced only under a lock of its own, `<path>.taking`: of two processes that
 * find it stale at once, the second sees the first one's lock in its place.
 */
export class FileLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /**
   * @param what subject of the lock, as the beginning of a sentence: `--out 'results.csv'`
   * @throws VolleyError VOLLEY_USAGE if another process holds it; else the system's error
   */
  static async take(path: string, what: string, level = 0): Promise<FileLock> {
    const owner = { ...(await thisProcess()), host: hostname(), nonce: randomHex(8) };
    const text = `${JSON.stringify(owner)}\n`;
    const ownPath = `${path}.${randomHex(6)}`;
    await writeNew(ownPath, text);
    try {
      for (;;) {
        if (await linked(ownPath, path)) return new FileLock(path, text);
        const found = await readFile(path, 'utf8').catch(nullIfMissing);
        if (found === null) continue;
        await refuseWhereHeld(path, what, found);
        if (level >= MOST_LEVELS) throw held(what, `the lock ${path} cannot be taken over: delete it`);
        const taking = await FileLock.take(`${path}.taking`, what, level + 1);
        try {
          // Only the holder of the second lock replaces the first, so what is still there is what was found stale.
          if ((await readFile(path, 'utf8').catch(nullIfMissing)) !== found) continue;
          await rename(ownPath, path);
          return new FileLock(path, text);
        } finally {
          await taking.release();
        }
      }
    } finally {
      await unlink(ownPath).catch(() => {});
    }
  }

  /** Deletes our lock; never another process's, in case ours was deleted by hand. */
  async release(): Promise<void> {
    const found = await readFile(this.#path, 'utf8').catch(() => null);
    if (found === this.#text) await unlink(this.#path).catch(() => {});
  }
}

/** Writes a new file and syncs it to disk; deletes it again if it cannot be written completely. */
export async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** Gives a finished file another name; returns false if that is taken. */
export async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch(async (error: unknown) => {
      if (!WITHOUT_LINKS.has(codeOf(error))) throw error;
      await copyFile(from, to, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function nullIfMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}

async function refuseWhereHeld(path: string, what: string, text: string): Promise<void> {
  const owner = ownerIn(text);
  if (owner === null)
    throw held(what, `${path} is in the way, and is not a lock of volley's: delete or rename it`);
  const running = await isRunning(owner);
  if (running === false) return;
  const who = `process ${owner.pid} on ${owner.host}`;
  throw held(
    what,
    running === true
      ? `it is being written by ${who}: wait for it to end, or choose another file`
      : `${who} holds it, which cannot be checked from here: if it is gone, delete ${path}`,
  );
}

/** Whether taking the lock would be refused at this moment. */
export async function isHeld(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(nullIfMissing);
  if (text === null) return false;
  const owner = ownerIn(text);
  return owner === null || (await isRunning(owner)) !== false;
}

function held(what: string, why: string): VolleyError {
  return new VolleyError(ERROR_CODES.usage, `${what}: ${why}.`);
}

function ownerIn(text: string): (Owner & { host: string }) | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { pid, started, machine, host } = value as Readonly<Record<string, unknown>>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
  if (typeof started !== 'string' || typeof machine !== 'string' || typeof host !== 'string') return null;
  return { pid, started, machine, host };
}
