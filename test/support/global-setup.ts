import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import keepCompiledCode from './compile-cache.ts';

/** How the name of that folder begins, by which `global-teardown.ts` knows it. */
export const FOLDER_PREFIX = 'volley-tests-';

/** What all test files share: kept compiled code, and one folder for all that they and what they start leave behind. */
export default function prepareForAll(): void {
  keepCompiledCode();
  process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
}
