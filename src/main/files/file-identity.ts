import { readlinkSync, realpathSync, type StatsBase, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The limit of Linux. */
const MOST_LINKS = 40;

/** Resolves a path through its links, even if their target does not exist yet. */
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

/**
 * Identity of a file or folder, equal for all of its paths, also of one that does not exist yet; null for a device, a pipe
 * and the like.
 */
export function identityOf(path: string): string | null {
  const finalPath = finalPathOf(path);
  const stats = statsOf(finalPath);
  if (stats !== null) return stats.isFile() || stats.isDirectory() ? `${stats.dev}:${stats.ino}` : null;
  return entryOf(finalPath);
}

/** Identity of a name in a folder, for a file that need not exist. */
function entryOf(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  const stats = statsOf(folder);
  const where = stats === null ? entryOf(folder) : `${stats.dev}:${stats.ino}`;
  return `${where}/${basename(path)}`;
}

/** Null if the path cannot be looked up; opening it will report why. */
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
