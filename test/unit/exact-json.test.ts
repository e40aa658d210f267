import { describe, expect, test } from '@jest/globals';
import { parseExactJson, textOfJson } from '../../src/requests/exact-json.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';
import { fc } from '../support/properties.ts';

const digits = fc.stringMatching(/^[1-9][0-9]{0,40}$/);
const fractions = fc.stringMatching(/^(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?$/);

describe('JSON whose numbers stay as they are written', () => {
  test('every number, however long', () => {
    fc.assert(
      fc.property(digits, fractions, fc.boolean(), (whole, fraction, isNegative) => {
        const number = `${isNegative ? '-' : ''}${whole}${fraction}`;
        const { id, list } = parseExactJson(`{"id": ${number}, "list": [${number}]}`) as {
          id: unknown;
          list: unknown;
        };
        expect(textOfJson(id)).toBe(number);
        expect(textOfJson(list)).toBe(`[${number}]`);
      }),
      { examples: [['9007199254740993', '', false], ['1', '.0', false] as const] },
    );
  });

  test('everything else is as JSON.parse has it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: ANY_CHARACTER }), (value) => {
        const text = JSON.stringify(value);
        const back = parseExactJson(text);
        expect(JSON.stringify(back)).toBe(text);
        expect(textOfJson(back)).toBe(
          typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value),
        );
      }),
    );
  });

  test.each(['', '{', '01', '{"a":1,}'])('%p is no JSON', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });
});
