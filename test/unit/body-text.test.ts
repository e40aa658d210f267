import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesIn, type KeptBytes, LARGEST_KEPT_BYTES, textOfBody } from '../../src/requests/body-text.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';

const TEXT = '{"id":2733382000000000049,"name":"Ada Lovelace, Ada Lovelace, Ada Lovelace"}';
const PLAIN = Buffer.from(TEXT);

/** Of both forms in which a body is kept. */
function textOf(body: Uint8Array, contentEncoding: string | null, contentType: string | null = null): string {
  const read = (kept: KeptBytes) => () =>
    textOfBody({ bodyBytes: body.length, body: kept, contentEncoding, contentType });
  const [ofBytes, ofText] = [body, Buffer.from(body).toString('latin1')].map((kept) => outcomeOf(read(kept)));
  expect(ofText).toEqual(ofBytes);
  return read(body)();
}

function outcomeOf(read: () => string): string | Error {
  try {
    return read();
  } catch (error) {
    return error as Error;
  }
}

describe('the charset that a page names itself counts if the answer names none', () => {
  const page = (meta: string): Uint8Array => Buffer.from(`<!doctype html><head>${meta}</head>\xe9`, 'latin1');
  test.each([
    ['text/html', '<meta charset=windows-1252>', 'é'],
    ['TEXT/HTML; x=1', "<META charset='ISO-8859-1'>", 'é'],
    [
      'application/xhtml+xml',
      '<meta http-equiv="content-type" content="text/html; charset=iso-8859-15"/>',
      'é',
    ],
    ['text/html', '<!-- <meta charset="utf-8"> --><meta name=a><meta charset="windows-1251">', 'й'],
    ['text/html; charset=windows-1251', '<meta charset="windows-1252">', 'й'],
    ['text/html', '<meta charset="unheard-of">', '\ufffd'],
    ['text/html', '<meta charset="utf-16le">', '\ufffd'],
    ['text/html', `${' '.repeat(1_024)}<meta charset="windows-1252">`, '\ufffd'],
    ['text/plain', '<meta charset="windows-1252">', '\ufffd'],
  ])('%s, %s', (contentType, meta, last) => {
    expect(textOf(page(meta), null, contentType).at(-1)).toBe(last);
  });

  test('also where all bytes are ASCII', () => {
    const japanese = Buffer.from('<meta charset="iso-2022-jp">\x1b$B$"\x1b(B');
    expect(textOf(japanese, null, 'text/html')).toBe('<meta charset="iso-2022-jp">あ');
  });
});

describe('a body is decoded as its answer says', () => {
  test.each<readonly [coding: string, body: Uint8Array]>([
    ['gzip', gzipSync(PLAIN)],
    ['GZip', gzipSync(PLAIN)],
    ['x-gzip', gzipSync(PLAIN)],
    ['gzip', Buffer.concat([gzipSync(PLAIN.subarray(0, 9)), gzipSync(PLAIN.subarray(9))])],
    ['deflate', deflateSync(PLAIN)],
    ['deflate', deflateRawSync(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['zstd', zstdCompressSync(PLAIN)],
    ['identity', PLAIN],
    ['', PLAIN],
    [' , identity ,', PLAIN],
    ['deflate, gzip', gzipSync(deflateSync(PLAIN))],
    ['gzip,br', brotliCompressSync(gzipSync(PLAIN))],
    ['br , zstd,identity,gzip', gzipSync(zstdCompressSync(brotliCompressSync(PLAIN)))],
  ])('%s', (coding, body) => {
    expect(textOf(body, coding)).toBe(TEXT);
  });

  test.each(['gzip', 'deflate', 'br', 'zstd', 'compress'])('an empty one is empty, also as %s', (coding) => {
    expect(textOf(Buffer.alloc(0), coding)).toBe('');
  });

  test.each<readonly [coding: string, body: Uint8Array, problem: string]>([
    ['gzip', gzipSync(PLAIN).subarray(0, -1), 'cannot be decoded (gzip)'],
    ['gzip', gzipSync(PLAIN).subarray(0, 12), 'cannot be decoded (gzip)'],
    ['deflate', deflateSync(PLAIN).subarray(0, -1), 'cannot be decoded (deflate)'],
    ['deflate', deflateRawSync(PLAIN).subarray(0, -3), 'cannot be decoded (deflate)'],
    ['br', brotliCompressSync(PLAIN).subarray(0, -1), 'cannot be decoded (br)'],
    ['zstd', zstdCompressSync(PLAIN).subarray(0, -1), 'cannot be decoded (zstd)'],
    ['zstd', zstdCompressSync(PLAIN).subarray(0, 6), 'cannot be decoded (zstd)'],
    ['gzip', PLAIN, 'cannot be decoded (gzip)'],
    ['br', PLAIN, 'cannot be decoded (br)'],
    ['zstd', PLAIN, 'cannot be decoded (zstd)'],
    ['gzip', gzipSync(PLAIN).fill(0, 20, 26), 'cannot be decoded (gzip)'],
    ['deflate, gzip', gzipSync(PLAIN), 'cannot be decoded (deflate)'],
    ['compress', PLAIN, "content-encoding 'compress' cannot be checked"],
    ['gzip, aws-chunked', PLAIN, "content-encoding 'aws-chunked' cannot be checked"],
    ['gzip,gzip,gzip,gzip,gzip,gzip', PLAIN, 'encoded 6 times'],
  ])('%s that is broken, cut short or unknown says why (%#)', (coding, body, problem) => {
    expect(() => textOf(body, coding)).toThrow(problem);
  });

  const tooLong = Buffer.alloc(LARGEST_KEPT_BYTES + 1);
  test.each([
    ['gzip', gzipSync(tooLong, { level: 1 })],
    ['deflate', deflateSync(tooLong, { level: 1 })],
    ['br', brotliCompressSync(tooLong, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['zstd', zstdCompressSync(tooLong)],
    ['gzip, gzip', gzipSync(gzipSync(tooLong, { level: 1 }))],
  ])('%s that grows beyond what is kept is not taken apart', (coding, body) => {
    expect(() => textOf(body, coding)).toThrow('is too long to check');
  });
});

describe('a body is read in the charset that its answer says', () => {
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
  test.each<readonly [contentType: string | null, body: Uint8Array]>([
    [null, Buffer.from('né €')],
    ['application/json', Buffer.from('né €')],
    ['text/plain; charset=utf-8', Buffer.from('né €')],
    ['text/plain; charset="UTF-8"; x=y', Buffer.from('né €')],
    ['text/plain; charset=', Buffer.from('né €')],
    ['text/plain', Buffer.from('\uFEFFné €')],
    ['text/plain; charset=utf-16le', utf16('né €')],
    ['text/plain; charset=utf-16', utf16('né €')],
    ['text/plain; charset=utf-16be', utf16('né €').swap16()],
    [null, utf16('\uFEFFné €')],
    ['text/plain; charset=iso-8859-1', utf16('\uFEFFné €').swap16()],
    ['text/plain;charset=windows-1252', Buffer.from([0x6e, 0xe9, 0x20, 0x80])],
    ["text/plain; Charset='iso-8859-15'", Buffer.from([0x6e, 0xe9, 0x20, 0xa4])],
  ])('%s', (contentType, body) => {
    expect(textOf(body, null, contentType)).toBe('né €');
  });

  test('encoded too', () => {
    expect(textOf(gzipSync(utf16('né €')), 'gzip', 'text/plain; charset=utf-16le')).toBe('né €');
  });

  test('an unknown one is said', () => {
    expect(() => textOf(PLAIN, null, 'text/plain; charset=klingon')).toThrow(
      "a body with charset 'klingon' cannot be checked: it is unknown",
    );
  });
});

describe('a body kept as text of Latin-1', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.string().map((text) => new Uint8Array(Buffer.from(text))),
    fc.string({ unit: ANY_CHARACTER }).map((text) => new Uint8Array(Buffer.from(text))),
  );

  test('has the same bytes, and reads the same in every charset', () => {
    const types = [
      null,
      'text/plain',
      'text/html; charset=utf-8',
      'a/b;charset=latin1',
      'a/b; charset=utf-16',
    ];
    fc.assert(
      fc.property(bytes, fc.constantFrom(...types), (body, contentType) => {
        expect(bytesIn(Buffer.from(body).toString('latin1'))).toEqual(body);
        textOf(body, null, contentType);
      }),
    );
  });

  test('takes memory of its own as bytes', () => {
    expect(bytesIn('abc').buffer.byteLength).toBe(3);
  });
});
