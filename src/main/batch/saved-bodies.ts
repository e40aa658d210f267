import { createHash } from 'node:crypto';
import { mkdir, opendir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isUnfinishedName } from '../../machine/file-names.ts';
import type { BodyPlace } from '../../protocol/batch.ts';
import { reasonOf, VolleyError, writeErrorCodeOf } from '../../protocol/errors.ts';
import { quoted } from '../text/quoted.ts';

const DIGEST_LENGTH = 16;

/** Creates the folder for bodies, if they are saved. */
export async function makeBodyFolder(place: BodyPlace | null): Promise<void> {
  if (place === null) return;
  try {
    await mkdir(place.folder, { recursive: true });
  } catch (error) {
    throw new VolleyError(
      writeErrorCodeOf(error),
      `--save-body ${quoted(place.folder)} cannot be created (${reasonOf(error)}): choose another folder.`,
    );
  }
}

/**
 * The same place with names of unfinished files that belong to this journal: by its path and its seed, since the folder
 * may be shared with batches on other machines whose journals have the same path.
 */
export function ownedBy(journalPath: string, seed: number, place: BodyPlace): BodyPlace {
  const digest = createHash('sha256')
    .update(JSON.stringify([journalPath, seed]))
    .digest('hex');
  return { ...place, unfinishedPrefix: `${place.unfinishedPrefix}${digest.slice(0, DIGEST_LENGTH)}-` };
}

/** Removes files that a killed batch left half written. The caller holds the journal's lock. */
export async function removeUnfinished(place: BodyPlace | null): Promise<void> {
  if (place === null) return;
  const { folder, unfinishedPrefix } = place;
  for await (const { name } of await opendir(folder)) {
    if (isUnfinishedName(name, unfinishedPrefix)) await unlink(join(folder, name)).catch(() => {});
  }
}
