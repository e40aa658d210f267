import { expect, test } from '@jest/globals';
import { renderPlainTable } from '../../src/main/reporters/table.ts';
import { wrapped } from '../../src/main/reporters/wrap.ts';
import { cutApart, cutToCells, firstCells, widthOf } from '../../src/main/text/cell-width.ts';

test.each([
  ['plain', 5],
  ['naïve – 5 µs ✓', 14],
  ['お茶を買う', 10],
  ['한국', 4],
  ['ＡＢ', 4],
  ['🛒 cart', 7],
  ['e\u0301t\u0301', 2],
  ['', 0],
])('%s takes %d cells', (text, cells) => expect(widthOf(text)).toBe(cells));

test('a text is cut before the character that would not fit whole', () => {
  expect(firstCells('お茶を買う', 5)).toBe('お茶');
  expect(cutToCells('お茶を買う', 10)).toBe('お茶を買う');
  expect(cutToCells('お茶を買う', 9)).toBe('お茶を買…');
  expect(cutToCells('checkout', 5)).toBe('chec…');
});

test('columns behind names of wide characters are below one another', () => {
  const rows = [
    ['お茶を買う', '1'],
    ['🛒 cart', '200'],
    ['plain', '30'],
  ];
  const lines = renderPlainTable({ heading: ['group', 'entered'], rows }).split('\n');
  expect(lines.map(widthOf)).toEqual([19, 19, 19, 19]);
});

test('lines of wide characters are as long as they may be, and lose none', () => {
  const text = 'お茶を買うお茶を買う and お茶';
  const lines = wrapped(text, 9);
  expect(lines.map(widthOf).filter((width) => width > 9)).toEqual([]);
  expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
});

test('texts that only their ends tell apart keep their ends', () => {
  const urls = ['http://127.0.0.1:17701/ok', 'http://127.0.0.1:17799/ok', '/short'];
  expect(cutApart(urls, 20)).toEqual(['http://12…1:17701/ok', 'http://12…1:17799/ok', '/short']);
  expect(cutApart(['お茶を買う人', 'お茶を買う猫'], 9)).toEqual(['お茶…う人', 'お茶…う猫']);
  // Where beginnings are enough, they are what is shown, also of a text that comes twice.
  expect(cutApart(['checkout', 'checkout', 'browse'], 5)).toEqual(['chec…', 'chec…', 'brow…']);
});
