import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import keepCompiledCode from './compile-cache.ts';

/** What all test files share: kept compiled code, and one folder for all that they and what they start leave behind. */
export default function prepareForAll(): void {
  keepCompiledCode();
  process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'volley-tests-'));
}
