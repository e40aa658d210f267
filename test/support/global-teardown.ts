import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';

/** Removes the folder that `global-setup.ts` has made, whatever tests have left in it. */
export default function removeFolder(): void {
  const folder = tmpdir();
  // Under watch all of this comes again.
  process.env['TMPDIR'] = dirname(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
