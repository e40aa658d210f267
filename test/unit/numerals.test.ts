import { describe, expect, test } from '@jest/globals';
import { decimalNumeral, shortNumeral, wholeNumeral } from '../../src/main/text/numerals.ts';
import { fc } from '../support/properties.ts';

const english = (options: Intl.NumberFormatOptions): ((value: number) => string) => {
  const format = new Intl.NumberFormat('en-US', options);
  return (value) => format.format(value);
};

describe('numerals', () => {
  test.each([
    [wholeNumeral(0), '0'],
    [wholeNumeral(999.5), '1,000'],
    [wholeNumeral(12_345), '12,345'],
    [wholeNumeral(-1_234_567), '-1,234,567'],
    [wholeNumeral(1e21), '1,000,000,000,000,000,000,000'],
    [decimalNumeral(12.34, 1), '12.3'],
    [decimalNumeral(1_234_567.89, 1), '1,234,567.9'],
    [decimalNumeral(100, 1), '100.0'],
    [shortNumeral(0.1 + 0.2, 6), '0.3'],
    [shortNumeral(1_500, 6), '1,500'],
    [shortNumeral(1_234_567.8, 6), '1,234,570'],
    [shortNumeral(0.000_000_123, 6), '0.000000123'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });

  test('read as those of Intl.NumberFormat do', () => {
    const whole = english({ maximumFractionDigits: 0 });
    const tenths = english({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const short = english({ maximumSignificantDigits: 6 });
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: -12, max: 9 }), (integer, exponent) => {
        expect(wholeNumeral(integer)).toBe(whole(integer));
        const inTenths = (integer % 10 ** 12) / 10;
        expect(decimalNumeral(inTenths, 1)).toBe(tenths(inTenths));
        // Nothing is left to round: the two differ in ties alone.
        const given = Number(`${integer % 10 ** 6}e${exponent}`);
        expect(shortNumeral(given, 6)).toBe(short(given));
      }),
    );
  });
});
