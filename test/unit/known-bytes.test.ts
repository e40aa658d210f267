import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KnownBytes } from '../../src/workers/connections/known-bytes.ts';
import { LITTLE_ENDIAN, withWords } from '../../src/workers/connections/read-bytes.ts';

const BYTES = fc.uint8Array({ maxLength: 40 });

/** The bytes at a place in a buffer that is read several bytes at once, or one by one. */
function placed(bytes: Uint8Array, before: number, hasWords: boolean): Buffer {
  const buffer = Buffer.concat([Buffer.alloc(before, 0xff), bytes]);
  return hasWords ? withWords(buffer) : buffer;
}

test('bytes are known again wherever they lie, and no others are', () => {
  fc.assert(
    fc.property(
      BYTES,
      fc.nat(9),
      fc.boolean(),
      fc.nat(39),
      fc.integer({ min: 1, max: 255 }),
      (bytes, before, hasWords, at, change) => {
        const known = new KnownBytes(8);
        known.become(placed(bytes, 3, hasWords), 3, 3 + bytes.length);
        expect(known.length).toBe(bytes.length);
        expect(known.areAt(placed(bytes, before, hasWords), before)).toBe(true);
        const others = Uint8Array.from(bytes);
        if (at < others.length) others[at]! ^= change;
        expect(known.areAt(placed(others, before, hasWords), before)).toBe(at >= bytes.length);
      },
    ),
  );
});

test('every single bit counts, at every place', () => {
  const bytes = Uint8Array.from({ length: 13 }, (_, at) => 17 * at);
  const known = new KnownBytes(4);
  known.become(Buffer.from(bytes), 0, bytes.length);
  for (let at = 0; at < bytes.length; at++)
    for (let bit = 0; bit < 8; bit++) {
      const others = Uint8Array.from(bytes);
      others[at]! ^= 1 << bit;
      expect([at, bit, known.areAt(placed(others, at, true), at)]).toEqual([at, bit, false]);
    }
});

test('what was known is not any more, once it is forgotten or others have come', () => {
  const known = new KnownBytes(4);
  known.become(Buffer.from('abcdef'), 0, 6);
  known.become(Buffer.from('xyz'), 1, 3);
  expect(known.bytes.length).toBeGreaterThanOrEqual(2);
  expect([known.areAt(withWords(Buffer.from('yz')), 0), known.areAt(Buffer.from('yc'), 0)]).toEqual([
    true,
    false,
  ]);
  known.forget();
  expect(known.length).toBe(0);
});

test('the order of bytes in numbers is this machine’s', () => {
  const [first] = new Uint16Array(Uint8Array.of(1, 0).buffer);
  expect(LITTLE_ENDIAN).toBe(first === 1);
});
