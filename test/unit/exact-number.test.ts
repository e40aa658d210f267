import { describe, expect, test } from '@jest/globals';
import { DEEPEST_JSON, isSameJson, JsonTooDeep, parseExactJson } from '../../src/requests/exact-json.ts';
import { compareNumbers, type JsonNumber } from '../../src/requests/exact-number.ts';
import { missOf } from '../../src/requests/expectation.ts';
import { HIDE_NOTHING } from '../../src/requests/secrets.ts';
import { ANSWER_WITHOUT_FIELDS, ASKS_NOTHING } from '../support/expectation.ts';
import { fc } from '../support/properties.ts';

const read = (text: string): JsonNumber => parseExactJson(text) as JsonNumber;
/** A whole number, and the same shifted by a power of ten. */
const integers = fc.bigInt(-(10n ** 40n), 10n ** 40n);
const written = (value: bigint, places: number, zeros: number): string => {
  const sign = value < 0n ? '-' : '';
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places) + '0'.repeat(zeros);
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
};

describe('numbers of any length', () => {
  test.each([
    ['1.10', '1.1', 0],
    ['1.1', '11e-1', 0],
    ['1.10', '0.011E+2', 0],
    ['-0', '0', 0],
    ['-0.00', '0e7', 0],
    ['100', '1e2', 0],
    ['1e400', '10e399', 0],
    ['1e400', '1e401', -1],
    ['-1e400', '1e-400', -1],
    ['1e-400', '0', 1],
    ['2733382000000000049', '2733382000000000000', 1],
    ['2733382000000000049', '2733382000000000049.0', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['-9007199254740993', '-9007199254740992', -1],
    ['0.1', '0.1000000000000000055', -1],
    ['12', '123', -1],
    ['1e99999999999999999999', '1e99999999999999999998', 1],
    [`1e${'9'.repeat(500)}`, '1e9', 1],
  ])('%s against %s', (a, b, order) => {
    expect(Math.sign(compareNumbers(read(a), read(b)))).toBe(order);
    expect(Math.sign(compareNumbers(read(b), read(a)))).toBe(0 - order);
    expect(isSameJson(read(a), read(b))).toBe(order === 0);
  });

  test('in whatever form', () => {
    fc.assert(
      fc.property(integers, integers, fc.nat(30), fc.nat(5), (a, b, places, zeros) => {
        const expected = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(compareNumbers(read(written(a, places, zeros)), read(`${b}e-${places}`)))).toBe(
          expected,
        );
        expect(
          compareNumbers(read(`${a}e${places}`), read(`${a}${a === 0n ? '' : '0'.repeat(places)}`)),
        ).toBe(0);
      }),
    );
  });

  test('are written as they came, wherever they stand', () => {
    const forms = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(fc.array(forms, { minLength: 1 }), fc.constantFrom('', ' ', '\n'), (numbers, blank) => {
        const list = `[${blank}${numbers.join(`${blank},${blank}`)}${blank}]`;
        expect(JSON.stringify(parseExactJson(list))).toBe(`[${numbers.join(',')}]`);
        expect(JSON.stringify(parseExactJson(`{"a":${blank}${numbers[0]}${blank}}`))).toBe(
          `{"a":${numbers[0]}}`,
        );
      }),
    );
  });
});

describe('an expectation of JSON', () => {
  const BODY =
    '{"item":{"id":2733382000000000049,"price":1.10,"text":"1.10","on":true,"none":null,"tags":[1,2.0]},"ids":[5,5.0,50e-1],"mixed":[5,6]}';
  const missed = (path: string, value: string, body = BODY): string | undefined =>
    missOf(
      {
        ...ASKS_NOTHING,
        json: [{ path, rule: { type: 'compare', ofLength: false, by: '=', value } }],
      },
      {
        ...ANSWER_WITHOUT_FIELDS,
        bodyBytes: body.length,
        body: Buffer.from(body),
      },
      0,
      HIDE_NOTHING,
    )?.example;

  test.each([
    ['item.id', '2733382000000000049'],
    ['item.id', '2733382000000000049.0'],
    ['item.price', '1.1'],
    ['item.price', '1.10'],
    ['item.price', ' 11e-1 '],
    ['item.text', '1.10'],
    ['item.on', 'true'],
    ['item.none', 'null'],
    ['item.tags', '[1, 2]'],
    ['item', '{"tags":[1.0,2],"none":null,"on":true,"text":"1.10","price":1.1,"id":2733382000000000049}'],
    ['$..id', '2733382000000000049'],
    ['ids[*]', '5'],
    ['mixed[?@==6]', '6'],
  ])('%s=%s holds', (path, value) => {
    expect(missed(path, value)).toBeUndefined();
  });

  test.each([
    ['item.id', '2733382000000000000', "got '2733382000000000049'"],
    ['item.price', '1.11', "got '1.10'"],
    ['item.text', '1.1', "got '1.10'"],
    ['item.tags', '[2,1]', "got '[1,2.0]'"],
    ['item.on', 'True', "to be 'True', got true"],
    ['mixed[*]', '5', "got '6' in place 2 of 2"],
    ['mixed[?@==7]', '7', 'got nothing'],
    ['item.gone', '', 'got nothing'],
  ])('%s=%s does not', (path, value, got) => {
    expect(missed(path, value)).toContain(got);
  });

  test('JSON that is nested too deeply is not read', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(() => parseExactJson(nested(DEEPEST_JSON + 1))).toThrow(JsonTooDeep);
    expect(JSON.stringify(parseExactJson(nested(DEEPEST_JSON)))).toBe(nested(DEEPEST_JSON));
    expect(parseExactJson(JSON.stringify('\\"['.repeat(3_000)))).toBe('\\"['.repeat(3_000));
    expect(missed('$', '1', nested(100_000))).toBe('JSON that is nested more than 1,000 deep is not read');
  });
});
