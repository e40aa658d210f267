import { existsSync } from 'node:fs';
import { quoted, quotedUrl, shownUrl } from '../text/quoted.ts';

/** Whether a word can only be a URL. */
export function isWebAddress(word: string): boolean {
  return /^https?:\/\//i.test(word);
}

/** How files are used, by file extension. */
const USES: readonly [end: RegExp, use: (file: string) => string][] = [
  [/\.([cm]?[jt]s|ya?ml|json)$/i, (file) => `volley run ${file} runs plans and scenarios.`],
  [
    /\.(csv|tsv|jsonl|ndjson)$/i,
    (file) =>
      `volley batch ${file} URL sends a request for each row, and --rows ${file} fills {{column}} in.`,
  ],
  [/\.har$/i, (file) => `--har ${file} sends what it has recorded.`],
  [/\.txt$/i, (file) => `--urls ${file} reads a list of URLs.`],
];

/** What volley init makes a plan from. */
const SOURCES: readonly [end: RegExp, use: (file: string) => string][] = [
  [/\.(ya?ml|json)$/i, (file) => `volley init --openapi ${file} makes a plan of an API's description.`],
  [/\.har$/i, (file) => `volley init --har ${file} makes a plan of what it has recorded.`],
];

/** A sentence for a file given in place of a URL; null if the word may be a host. */
export function fileInPlaceOfUrl(word: string): string | null {
  return likeFile(word) ? misplaced(word, USES) : null;
}

/** The same where a plan is to be made of it; there any file at hand is one. */
export function fileInPlaceOfSource(word: string): string | null {
  const sentence = likeFile(word) ? misplaced(word, SOURCES) : null;
  if (sentence !== null || isWebAddress(word) || !existsSync(word)) return sentence;
  return `${quoted(word)} is a file, not a URL: give a URL, or a file after --har or --openapi.`;
}

function likeFile(word: string): boolean {
  return !isWebAddress(word) && (!word.includes('/') || /^[./~]/.test(word) || existsSync(word));
}

function misplaced(word: string, uses: typeof USES): string | null {
  const [, use] = uses.find(([end]) => end.test(word)) ?? [];
  return use === undefined ? null : `${quoted(word)} is a file, not a URL: ${use(word)}`;
}

/** A sentence for a URL given in place of a plan. */
export function urlInPlaceOfPlan(url: string): string {
  return `${quotedUrl(url)} is a URL, not a plan: leave run out, as in volley ${shownUrl(url)}`;
}

/** A sentence for a URL given in place of rows. */
export function urlInPlaceOfRows(url: string): string {
  return `${quotedUrl(url)} is a URL, not a file of rows: the rows come first, as in volley batch rows.csv URL.`;
}
