import { readFileSync } from 'node:fs';

// This file is two folders below dist/src, and the bundle's files two below dist/bundle: the same path works for both.
const COMPILED = new URL('../../../src/main/reporters/html/browser/', import.meta.url);

/** The script of every page, as compiled, without indentation. */
export const PAGE_SCRIPT = ['unpacked.js', 'page.js', 'chart.js'].map(scriptIn).join('\n');

/** The additional script of a page that is served during a run. */
export const LIVE_SCRIPT = scriptIn('live.js');

function scriptIn(name: string): string {
  return readFileSync(new URL(name, COMPILED), 'utf8').replace(/^\s+/gm, '').trim();
}
