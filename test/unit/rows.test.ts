import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Problems } from '../../src/main/plan/problems.ts';
import { readRows } from '../../src/main/plan/requests/rows.ts';
import { cellOf } from '../../src/requests/row-table.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

function read(name: string, text: string): { cells: string[][] | null; sentences: string[] } {
  const path = inFolder(name);
  writeFileSync(path, text);
  const problems = new Problems();
  const rows = readRows(path, problems);
  const cells =
    rows === null
      ? null
      : Array.from({ length: rows.rowCount }, (_, row) =>
          rows.columns.map((_name, column) => cellOf(rows, row, column)),
        );
  return { cells, sentences: problems.sentences.map((line) => line.replace(`--rows '${path}': `, '')) };
}

describe('bad rows', () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      'all of them, by their lines',
      'x.csv',
      'a,b\n1,2\n3\n\n4,5,6\n"two\nlines"\n7,8\n9',
      [
        'line 3 has 1 cell, and the first line names 2 columns.',
        'line 5 has 3 cells, and the first line names 2 columns.',
        'line 6 has 1 cell, and the first line names 2 columns.',
        'line 9 has 1 cell, and the first line names 2 columns.',
      ],
    ],
    [
      'a quote in the middle, and what is wrong behind it',
      'x.csv',
      'a,b\n1,x"y\n2\n',
      [
        'line 2 has a quote in a cell that does not begin with one: put the cell into quotes, and write a quote within them twice.',
        'line 3 has 1 cell, and the first line names 2 columns.',
      ],
    ],
    [
      'text behind a quote: what comes then is not judged',
      'x.csv',
      'a,b\n1\n2,"x"y\n3\n',
      [
        'line 2 has 1 cell, and the first line names 2 columns.',
        'line 3 has text behind a closing quote: write a quote within quotes twice.',
      ],
    ],
    [
      'a quote that never ends',
      'x.csv',
      'a\nb\n"c\nd\n',
      ['a quote is opened in line 3 or behind it, and never closed.'],
    ],
    [
      'a bad line of names',
      'x.csv',
      'a,"b"c\n1\n2,3\n',
      ['line 1 has text behind a closing quote: write a quote within quotes twice.'],
    ],
    [
      'of JSON',
      'x.jsonl',
      '{"a":1,"b":2}\nnope\n{"a":1}\n\n[1]\n7\n{"a":1,"b":2}\n',
      [
        'line 2 is not JSON: give an object such as {"id":1}, in one line.',
        "line 3 lacks 'b', which the first row has.",
        'line 5 is no JSON object: give one with a field for each column.',
        'line 6 is no JSON object: give one with a field for each column.',
      ],
    ],
    [
      'a first object that is none',
      'x.jsonl',
      '[\n{"a":1}\n7\n',
      ['line 1 is not JSON: give an object such as {"id":1}, in one line.'],
    ],
  ])('%s', (_name, file, text, expected) => {
    expect(read(file, text)).toEqual({ cells: null, sentences: expected });
  });

  test.each([
    ['x.csv', 'a,b\n', '1\n'],
    ['x.jsonl', '{"a":1}\n', 'nope\n'],
  ])('ten of them at most, in %s', (name, head, bad) => {
    const { sentences } = read(name, head + bad.repeat(25));
    expect(sentences).toHaveLength(10);
    expect(sentences[9]).toMatch(/^line 11 .*; and so do 15 more lines\.$/);
  });
});

test.each([
  ['x.csv', '\uFEFFa,b\n\uFEFFx,"\uFEFF\uFEFFy"\n'],
  ['x.jsonl', '\uFEFF{"a":"\uFEFFx","b":"\uFEFF\uFEFFy"}\n'],
])('only the mark of the file itself is taken away, in %s', (name, text) => {
  expect(read(name, text)).toEqual({ cells: [['\uFEFFx', '\uFEFF\uFEFFy']], sentences: [] });
  expect(read(name, text.slice(1)).cells).toEqual([['\uFEFFx', '\uFEFF\uFEFFy']]);
});

test.each(['x.csv', 'x.jsonl'])('a hundred thousand columns take no minutes, in %s', (name) => {
  const names = Array.from({ length: 100_000 }, (_, index) => `c${index}`);
  const object = JSON.stringify(Object.fromEntries(names.map((column) => [column, 1])));
  const line = names.join(',');
  const { cells, sentences } = read(name, name === 'x.csv' ? `${line}\n${line}\n` : `${object}\n${object}\n`);
  expect(sentences).toEqual([]);
  expect(cells!.at(-1)!.length).toBe(100_000);
});
