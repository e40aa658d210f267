import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a new name in a folder survive a power cut, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // Not every system syncs folders.
  }
}
