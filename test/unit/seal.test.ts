import { expect, test } from '@jest/globals';
import { purposes } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import { fc } from '../support/properties.ts';

const ORDERS = purposes.orders('run-1');
const own = new Sealer('a key of sixteen');
const sealed = own.seal(ORDERS, { type: 'go', secret: 'Bearer x' });

test('what is sealed opens with its key as what it is, and shows nothing of what is in it', () => {
  expect(new Sealer('a key of sixteen').open(ORDERS, sealed)).toEqual({ type: 'go', secret: 'Bearer x' });
  expect(Buffer.from(sealed).includes('Bearer')).toBe(false);
  // The same twice cannot be seen to be the same.
  expect(own.seal(ORDERS, 1)).not.toEqual(own.seal(ORDERS, 1));
});

test.each([
  ['another key', () => new Sealer('a key of 16 more').open(ORDERS, sealed)],
  ['another run', () => own.open(purposes.orders('run-2'), sealed)],
  ['another kind of value', () => own.open(purposes.plan('run-1'), sealed)],
])('it does not open with %s', (_name, open) => {
  expect(open).toThrow(expect.objectContaining({ name: 'NotOpened' }));
});

test('nor if one bit of it is another, or if it is cut', () => {
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      expect(() => own.open(ORDERS, changed)).toThrow(expect.objectContaining({ name: 'NotOpened' }));
    }),
  );
  for (let length = 0; length < sealed.length; length++)
    expect(() => own.open(ORDERS, sealed.subarray(0, length))).toThrow(
      expect.objectContaining({ name: 'NotOpened' }),
    );
});
