import { expect, test } from '@jest/globals';
import { valuesAt } from '../../src/requests/exact-values.ts';
import { jsonQuery } from '../../src/requests/json-path.ts';

const at = (text: string, path: string): readonly unknown[] =>
  valuesAt({ text: () => text, json: () => JSON.parse(text) as unknown }, jsonQuery(path));

test.each<[json: string, path: string, found: unknown[]]>([
  ['{"id":1234567890123456789}', 'id', [1_234_567_890_123_456_789n]],
  ['{"id":-1234567890123456789}', 'id', [-1_234_567_890_123_456_789n]],
  ['{"items":[{"id":9007199254740993},{"id":7}]}', '$.items[*].id', [9_007_199_254_740_993n, 7]],
  ['{"items":[{"id":9007199254740993}]}', 'items', [[{ id: 9_007_199_254_740_993n }]]],
  // These a number holds as they are written.
  ['{"id":9007199254740992}', 'id', [9_007_199_254_740_992]],
  ['{"at":1700000000000000000}', 'at', [1_700_000_000_000_000_000]],
  ['{"id":1e300}', 'id', [1e300]],
  ['{"price":0.12345678901234567891}', 'price', [0.12345678901234568]],
  ['{"id":"1234567890123456789"}', 'id', ['1234567890123456789']],
  ['{"other":1234567890123456789,"id":-0}', 'id', [-0]],
  ['{"other":1234567890123456789,"id":-0}', '$.*', [1_234_567_890_123_456_789n, -0]],
])('%s at %s', (json, path, found) => {
  expect(at(json, path)).toEqual(found);
});

test('what is nested deeper than anybody nests takes no stack', () => {
  const deep = `${'['.repeat(20_000)}1234567890123456789${']'.repeat(20_000)}`;
  expect(at(deep, '$')).toHaveLength(1);
});
