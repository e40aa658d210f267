import { gunzipSync, gzipSync } from 'node:zlib';

/** The element of a page that holds its result. */
export const RESULT_ID = 'volley-result';

/** No result is larger; a file that says so would fill the memory. */
const MOST_BYTES = 512_000_000;

const PACKED = new RegExp(`<script type="text/plain" id="${RESULT_ID}">([A-Za-z0-9+/=\\s]*)</script>`);

/** A result as text that a page can hold. */
export function packResult(result: object): string {
  return gzipSync(JSON.stringify(result), { level: 9 }).toString('base64');
}

/** Whether a text is a page rather than JSON. */
export function isPage(text: string): boolean {
  return /^\s*<!doctype html/i.test(text);
}

/**
 * The JSON of the result that a page holds; null where it holds none.
 *
 * @throws Error where it cannot be unpacked
 */
export function resultInPage(page: string): string | null {
  const packed = PACKED.exec(page)?.[1];
  if (packed === undefined) return null;
  return gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8');
}
