import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { FOLDER_PREFIX } from './global-setup.ts';

/**
 * Removes the folder that `global-setup.ts` has made, whatever tests have left in it, and no other: jest calls this twice
 * where it stops at a failure (`--bail`), and the second time the temporary folder is the user's own.
 */
export default function removeFolder(): void {
  const folder = tmpdir();
  if (!basename(folder).startsWith(FOLDER_PREFIX)) return;
  // Under watch all of this comes again.
  process.env['TMPDIR'] = dirname(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
