import { textByColumns, textByRows } from './by-columns.ts';

/** Id of the element that holds the result in a page. */
export const RESULT_ID = 'volley-result';

/** Limit on the unpacked size: a file that claims more could exhaust the memory. */
const MOST_BYTES = 512_000_000;

const PACKED = new RegExp(`<script type="text/plain" id="${RESULT_ID}">([A-Za-z0-9+/=\\s]*)</script>`);

/**
 * Encodes a result as text that a page can hold.
 *
 * @param isOften whether it is written again and again, so that time matters more than a few percent of its length
 */
export function packResult(result: object, isOften = false): string {
  const { constants, gzipSync } = process.getBuiltinModule('node:zlib');
  const text = textByColumns(result);
  // Little memory means short blocks, each with codes of its own: what stands together is alike.
  const packedBy = (strategy: number): Buffer => gzipSync(text, { level: 9, memLevel: 5, strategy });
  const plain = packedBy(constants.Z_DEFAULT_STRATEGY);
  if (isOften) return plain.toString('base64');
  // Which is the shorter one depends on how much of the result is counts.
  const filtered = packedBy(constants.Z_FILTERED);
  return (filtered.length < plain.length ? filtered : plain).toString('base64');
}

/** Whether a text is a page rather than JSON. */
export function isPage(text: string): boolean {
  return /^\s*<(?:!doctype html|html)\b/i.test(text);
}

/**
 * The JSON of the result in a page; null if it has none.
 *
 * @throws Error if it cannot be unpacked
 */
export function resultInPage(page: string): string | null {
  const packed = PACKED.exec(page)?.[1];
  if (packed === undefined) return null;
  const unpacked = process
    .getBuiltinModule('node:zlib')
    .gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MOST_BYTES });
  return textByRows(unpacked.toString('utf8'));
}
