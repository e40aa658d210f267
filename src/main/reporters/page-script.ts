import { readFileSync } from 'node:fs';

// This file is two folders below dist/src, and the bundle's files two below dist/bundle: the same path works for both.
const COMPILED = new URL('../../../src/main/reporters/html/browser/', import.meta.url);

/** The script of every page, as short as the build can make it. */
export const PAGE_SCRIPT = ['unpacked', 'page', 'chart'].map(scriptIn).join('\n');

/** The additional script of a page that is served during a run. */
export const LIVE_SCRIPT = scriptIn('live');

function scriptIn(name: string): string {
  return readFileSync(new URL(`${name}.min.js`, COMPILED), 'utf8').trim();
}
