import { readlinkSync, realpathSync, type StatsBase, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Where a path leads: through links, also where what they lead to is not there yet. */
export function finalPathOf(path: string): string {
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    try {
      return realpathSync(at);
    } catch {
      at = join(folderOf(at), basename(at));
    }
    try {
      at = resolve(dirname(at), readlinkSync(at));
    } catch {
      return at;
    }
  }
  return at;
}

/** What a path is: two that are the same file say the same. Null for what is no regular file or folder. */
export function identityOf(path: string): string | null {
  const finalPath = finalPathOf(path);
  const stats = statsOf(finalPath);
  if (stats !== null) return stats.isFile() || stats.isDirectory() ? `${stats.dev}:${stats.ino}` : null;
  return entryOf(finalPath);
}

/** A name in a folder, whether there is a file of it or not. */
function entryOf(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  const stats = statsOf(folder);
  const where = stats === null ? entryOf(folder) : `${stats.dev}:${stats.ino}`;
  return `${where}/${basename(path)}`;
}

/** Null where there is no such file, and where there can be none: whoever opens it says why. */
function statsOf(path: string): StatsBase<bigint> | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function folderOf(path: string): string {
  try {
    return realpathSync(dirname(path));
  } catch {
    return dirname(path);
  }
}
