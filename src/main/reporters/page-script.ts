import { readFileSync } from 'node:fs';

// This file lies two folders below dist/src, as the bundle's files below dist/bundle: the same path leads from both.
const COMPILED = new URL('../../../src/main/reporters/html/browser/', import.meta.url);

/** The script of every page, as the compiler has made it, without its indentation. */
export const PAGE_SCRIPT = `${scriptIn('page.js')}\n${scriptIn('chart.js')}`;

/** What a page has besides that is served while a run goes on. */
export const LIVE_SCRIPT = scriptIn('live.js');

function scriptIn(name: string): string {
  return readFileSync(new URL(name, COMPILED), 'utf8').replace(/^\s+/gm, '').trim();
}
