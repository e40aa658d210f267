import { messageOf } from '../protocol/errors.ts';

/** Limit on bodies that are inspected, both as received and decoded. */
export const LARGEST_KEPT_BYTES = 16 * 2 ** 20;
/** Limit on nested encodings: each could expand a body a thousandfold. */
const MOST_ENCODINGS = 5;
const UTF_8 = new TextDecoder();
const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]*))/i;
const HTML = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i;
const META = /<meta\s[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)/i;
/** How far browsers look for it. */
const META_WITHIN = 1_024;
/** Where ASCII has another meaning, as in ISO-2022-JP, it follows this. */
const ESCAPE = '\x1b';
const ZLIB_METHOD = 8;
const ZLIB_CHECK = 31;

/**
 * The body of an answer: bytes, or the same as text with one character for each (Latin-1), which costs a fraction to keep
 * and, if all of it is ASCII, nothing to read.
 */
export type KeptBytes = Uint8Array | string;

/** The bytes, in memory of their own. */
export function bytesIn(body: KeptBytes): Uint8Array {
  if (typeof body !== 'string') return body;
  const bytes = new Uint8Array(body.length);
  Buffer.from(bytes.buffer).write(body, 'latin1');
  return bytes;
}

/** The parts of a complete answer that are needed to inspect its body. */
export interface AnsweredBody {
  readonly bodyBytes: number;
  /** The body as received; cut off if it is longer than the limit. */
  readonly body: KeptBytes;
  /** The header's value; null without one. */
  readonly contentEncoding: string | null;
  readonly contentType: string | null;
}

/** A body that cannot be inspected, and why. */
export class Unreadable extends Error {
  readonly code: 'BODY_LENGTH' | 'BODY_ENCODING';

  constructor(code: Unreadable['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A body as text, decoded according to its headers, or to the `meta` tag of a page whose headers name no charset. An empty
 * one is empty text, whatever its encoding.
 *
 * @throws Unreadable
 */
export function textOfBody({ bodyBytes, body, contentEncoding, contentType }: AnsweredBody): string {
  if (bodyBytes > LARGEST_KEPT_BYTES)
    throw new Unreadable('BODY_LENGTH', `a body of ${bodyBytes} bytes is too long to check`);
  if (
    typeof body === 'string' &&
    isAscii(body) &&
    isPlain(contentEncoding) &&
    isOfAscii(contentType) &&
    !(body.includes(ESCAPE) && isUndeclaredHtml(contentType))
  )
    return body;
  const bytes = decodedBody(bytesIn(body), contentEncoding);
  return decoderOf(bytes, contentType).decode(bytes);
}

/**
 * A body as bytes, without its content encodings.
 *
 * @throws Unreadable
 */
export function bytesOfBody({ bodyBytes, body, contentEncoding }: AnsweredBody): Uint8Array {
  const isEncoded = !isPlain(contentEncoding);
  if (isEncoded && bodyBytes > LARGEST_KEPT_BYTES)
    throw new Unreadable('BODY_LENGTH', `a body of ${bodyBytes} bytes is too long to decode`);
  if (!isEncoded) return bytesIn(body);
  const { buffer, byteOffset, byteLength } = decodedBody(bytesIn(body), contentEncoding);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** By length, which is counted natively: other characters take two bytes. */
function isAscii(latin1: string): boolean {
  return Buffer.byteLength(latin1) === latin1.length;
}

function isPlain(contentEncoding: string | null): boolean {
  return contentEncoding === null || codingsIn(contentEncoding).length === 0;
}

/** Whether ASCII means the same in the declared charset. */
function isOfAscii(contentType: string | null): boolean {
  return contentType === null || decoderFor(contentType) === UTF_8;
}

/**
 * The body without its content encodings.
 *
 * @param contentEncoding gzip, deflate, br and zstd, or several of them in the order they were applied (RFC 9110, 8.4)
 * @throws Unreadable
 */
function decodedBody(bytes: Uint8Array, contentEncoding: string | null): Uint8Array {
  const codings = codingsIn(contentEncoding);
  if (codings.length === 0 || bytes.length === 0) return bytes;
  if (codings.length > MOST_ENCODINGS)
    throw new Unreadable('BODY_ENCODING', `a body encoded ${codings.length} times is not checked`);
  return codings.reduceRight<Uint8Array>(decodedOnce, bytes);
}

/**
 * A body for display: decoded, and converted to UTF-8 from another declared charset; or why that is not possible. Null
 * if it can be shown as received.
 */
export function readableBody({
  bodyBytes,
  body,
  contentEncoding,
  contentType,
}: AnsweredBody): Uint8Array | string | null {
  try {
    const isWhole = body.length === bodyBytes;
    if (codingsIn(contentEncoding).length > 0 && !isWhole)
      return 'only all of an encoded body can be decoded';
    const received = bytesIn(body);
    const bytes = decodedBody(received, contentEncoding);
    const decoder = decoderOf(bytes, contentType);
    if (decoder.encoding !== UTF_8.encoding) return new TextEncoder().encode(decoder.decode(bytes));
    return bytes === received ? null : bytes;
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

/** Codings that change the body, in lower case. */
function codingsIn(contentEncoding: string | null): readonly string[] {
  if (contentEncoding === null) return [];
  return contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity' && coding !== 'none');
}

function decodedOnce(bytes: Uint8Array, coding: string): Uint8Array {
  // Loaded for the first encoded body: most runs have none.
  const zlib = process.getBuiltinModule('node:zlib');
  const options = { maxOutputLength: LARGEST_KEPT_BYTES };
  try {
    switch (coding) {
      case 'gzip':
      case 'x-gzip':
        return zlib.gunzipSync(bytes, options);
      case 'deflate':
        return isZlib(bytes) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options);
      case 'br':
        return zlib.brotliDecompressSync(bytes, options);
      case 'zstd':
        return zlib.zstdDecompressSync(bytes, options);
    }
  } catch (error) {
    throw unreadable(coding, error);
  }
  throw new Unreadable(
    'BODY_ENCODING',
    `a body with content-encoding '${shortCoding(coding)}' cannot be checked: only gzip, deflate, br and zstd can be decoded`,
  );
}

function unreadable(coding: string, error: unknown): Unreadable {
  if ((error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE')
    return new Unreadable(
      'BODY_LENGTH',
      `a body of more than ${LARGEST_KEPT_BYTES} bytes once decoded (${coding}) is too long to check`,
    );
  return new Unreadable('BODY_ENCODING', `a body that cannot be decoded (${coding}): ${messageOf(error)}`);
}

/** Whether `deflate` has its zlib header: some servers leave it out (RFC 9110, 8.4.1.2). */
function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return method % 16 === ZLIB_METHOD && (method * 256 + flags) % ZLIB_CHECK === 0;
}

let latest: { readonly contentType: string; readonly decoder: TextDecoder } | null = null;

/**
 * Chooses the decoder of a body by its byte order mark, else by its `charset`, else UTF-8.
 *
 * @throws Unreadable if the charset is unknown
 */
function decoderOf(bytes: Uint8Array, contentType: string | null): TextDecoder {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  if (contentType === null || (first === 0xef && second === 0xbb && bytes[2] === 0xbf)) return UTF_8;
  return (isUndeclaredHtml(contentType) ? decoderInMeta(bytes) : null) ?? decoderFor(contentType);
}

/** HTML that may say itself in which charset it is. */
function isUndeclaredHtml(contentType: string | null): boolean {
  return contentType !== null && HTML.test(contentType) && !CHARSET.test(contentType);
}

/** Of the charset in a `meta` tag, as browsers read it; null without one, and if it is unknown to them as well. */
function decoderInMeta(bytes: Uint8Array): TextDecoder | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, META_WITHIN));
  const [, charset = ''] = META.exec(start.toString('latin1').replace(/<!--.*?-->/gs, '')) ?? [];
  // A page in which the tag can be read is not in UTF-16, whatever it says.
  if (charset === '' || /^utf-?16/i.test(charset)) return null;
  try {
    return new TextDecoder(charset);
  } catch {
    return null;
  }
}

/** @throws Unreadable if the charset is unknown */
function decoderFor(contentType: string): TextDecoder {
  if (latest?.contentType !== contentType) latest = { contentType, decoder: decoderNamedIn(contentType) };
  return latest.decoder;
}

function decoderNamedIn(contentType: string): TextDecoder {
  const [, inQuotes, inSingle, plain] = CHARSET.exec(contentType) ?? [];
  const charset = (inQuotes ?? inSingle ?? plain ?? '').trim();
  if (charset === '') return UTF_8;
  try {
    const decoder = new TextDecoder(charset);
    return decoder.encoding === UTF_8.encoding ? UTF_8 : decoder;
  } catch {
    throw new Unreadable(
      'BODY_ENCODING',
      `a body with charset '${shortCoding(charset)}' cannot be checked: it is unknown`,
    );
  }
}

const LONGEST_SHOWN = 40;

function shortCoding(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}
