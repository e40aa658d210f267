import { readFileSync } from 'node:fs';

// This file lies two folders below dist/src, as the bundle's files below dist/bundle: the same path leads from both.
const COMPILED = new URL('../../../src/main/reporters/html/browser/page.js', import.meta.url);

/** The script of every page, as the compiler has made it, without its indentation. */
export const PAGE_SCRIPT = readFileSync(COMPILED, 'utf8').replace(/^\s+/gm, '').trim();
