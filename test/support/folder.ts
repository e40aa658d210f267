import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/** A folder for one test file; it is gone afterwards. */
export function useFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'volley-batch-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
