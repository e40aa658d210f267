import { describe, expect, test } from '@jest/globals';
import { jsonFaultIn } from '../../src/requests/json-fault.ts';
import { fc } from '../support/properties.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('where a text stops being JSON', () => {
  test.each<[string, [line: number, column: number]]>([
    ['', [1, 1]],
    ['{"a":1,\n "x": oops}', [2, 7]],
    ['{"a":1,}', [1, 8]],
    ['[1,]', [1, 4]],
    ['{"a" 1}', [1, 6]],
    ['[1 2]', [1, 4]],
    ['{"a":[}', [1, 7]],
    ['{"a":01}', [1, 7]],
    ['[1]\n]', [2, 1]],
    ['{"a":"b\nc"}', [1, 6]],
    ['{"a":\n', [2, 1]],
  ])('%j', (text, [line, column]) => {
    expect(jsonFaultIn(text)).toEqual({ line, column });
  });

  test('finds one where JSON.parse does, and nowhere else', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, place, more) => {
        const at = place % (json.length + 1);
        for (const text of [json, json.slice(0, at), json.slice(0, at) + more + json.slice(at)])
          expect([text, jsonFaultIn(text) === null]).toEqual([text, isJson(text)]);
      }),
    );
    const signs = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', 'true', ' ', '\\'));
    fc.assert(
      fc.property(signs, (all) => {
        const text = all.join('');
        expect([text, jsonFaultIn(text) === null]).toEqual([text, isJson(text)]);
      }),
    );
  });
});
