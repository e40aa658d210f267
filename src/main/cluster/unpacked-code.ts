import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { FILES, IMPORTS, type ImportsFile } from '../../machine/carried-modules.ts';
import type { CarriedCode } from '../../protocol/scenario.ts';

/**
 * Writes modules that came with a run into a folder of their own, which the caller removes.
 *
 * @throws Error for a path out of that folder
 */
export function unpackCode({ files, modules, imports }: CarriedCode): string {
  const outside = files.find(([path]) => /^(?:\.\.|[\\/]|[A-Za-z]:)/.test(normalize(path)));
  if (outside !== undefined) throw new Error(`its code has a file outside of its folder: '${outside[0]}'`);
  // Nobody else on this machine may read it.
  const folder = mkdtempSync(join(tmpdir(), 'volley-code-'));
  for (const [path, content] of files) {
    const file = join(folder, FILES, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const read: ImportsFile = { modules, imports };
  writeFileSync(join(folder, IMPORTS), JSON.stringify(read));
  return folder;
}
