import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { RowReader } from '../../src/main/batch/row-reader.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { readRows } from '../../src/main/plan/requests/rows.ts';
import { rowsFormOf } from '../../src/main/plan/requests/rows-form.ts';
import { cellOf } from '../../src/requests/row-table.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

function read(
  name: string,
  text: string,
  options: Parameters<typeof rowsFormOf>[0] = {},
): { cells: string[][] | null; sentences: string[]; skipped: string | null } {
  const path = inFolder(name);
  writeFileSync(path, text);
  const problems = new Problems();
  const form = rowsFormOf(options, problems);
  const rows = readRows(path, form, problems);
  const cells =
    rows === null
      ? null
      : Array.from({ length: rows.rowCount }, (_, row) =>
          rows.columns.map((_name, column) => cellOf(rows, row, column)),
        );
  return {
    cells,
    sentences: problems.sentences.map((line) => line.replace(`--rows '${path}': `, '')),
    skipped: form.skipped?.sentence ?? null,
  };
}

/** The same by what a batch reads with, in pieces of a few bytes. */
async function readByBatch(
  name: string,
  text: string,
  options: Parameters<typeof rowsFormOf>[0],
): Promise<{ cells: string[][]; skipped: string | null }> {
  const form = rowsFormOf(options, new Problems());
  const pieces = async function* (): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; from += 5) yield bytes.subarray(from, from + 5);
  };
  const reader = await RowReader.open(pieces(), name.endsWith('.csv') ? 'csv' : 'jsonl', form);
  const cells: string[][] = [];
  for (let rows = await reader.next(2); rows.length > 0; rows = await reader.next(2))
    cells.push(...rows.map((row) => [...row.cells]));
  return { cells, skipped: reader.skipped?.sentence ?? null };
}

const SKIPPING = { skipBadRows: true };

describe('rows in other forms', () => {
  test.each<[string, string, string, Parameters<typeof rowsFormOf>[0], string[][], string | null]>([
    ['semicolons', 'x.csv', 'a;b\n1,5;"x;y"\n', { delimiter: ';' }, [['1,5', 'x;y']], null],
    ['tabs', 'x.csv', 'a\tb\n1\t2\n', { delimiter: 'tab' }, [['1', '2']], null],
    ['tabs as a shell writes them', 'x.csv', 'a\tb\n1\t2\n', { delimiter: '\\t' }, [['1', '2']], null],
    ['none bad', 'x.csv', 'a\n1\n', SKIPPING, [['1']], null],
    [
      'cells that are missing, too many, and a quote in the middle',
      'x.csv',
      'a,b\n1,2\n3\n"two\nlines"\n5,x"y\n6,x"y,z\n7,8\n1,2,3',
      SKIPPING,
      [
        ['1', '2'],
        ['7', '8'],
      ],
      '5 bad rows were left out: lines 3, 4, 6, 7, 9.',
    ],
    [
      'more than are named',
      'x.csv',
      `a,b\n${'1\n'.repeat(1_234)}1,2\n`,
      SKIPPING,
      [['1', '2']],
      '1,234 bad rows were left out: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1,224 more.',
    ],
    [
      'lines of JSON, the first among them',
      'x.jsonl',
      'nope\n{"a":1}\n[1]\n\n{"b":1}\n{"a":2}\n{"a":',
      SKIPPING,
      [['1'], ['2']],
      '4 bad rows were left out: lines 1, 3, 5, 7.',
    ],
  ])('%s, in a run and in a batch', async (_what, name, text, options, cells, skipped) => {
    expect(read(name, text, options)).toEqual({ cells, sentences: [], skipped });
    expect(await readByBatch(name, text, options)).toEqual({ cells, skipped });
  });

  test('what nobody can read on behind is refused, whether bad rows are skipped or not', async () => {
    for (const text of ['a,b\n1,"x\n2,3\n', 'a,b\n1,"x"y\n2,3\n', 'a,b"c\n1,2\n']) {
      expect(read('x.csv', text, SKIPPING)).toMatchObject({ cells: null, sentences: [expect.any(String)] });
      await expect(readByBatch('x.csv', text, SKIPPING)).rejects.toThrow(/line|quote/);
    }
  });

  test.each(['', ';;', 'x', '1', '"', '\n', ' ', '\u0000'])('%j is no delimiter', (delimiter) => {
    const problems = new Problems();
    rowsFormOf({ delimiter }, problems);
    expect(problems.sentences).toEqual([
      `--delimiter '${delimiter.replace('\0', '\\x00')}': give one character such as ';' or '|', or tab.`,
    ]);
  });

  test.each([
    ['semicolons', 'street;city\nLow Road 3;Bern\n', "';'"],
    ['quoted', '"street";"city"\r\n"Low Road 3";Bern\r\n', "';'"],
    ['tabs', 'street\tcity\n1\t2\n', 'tab'],
  ])('%s where nobody said so are asked about', async (_name, text, other) => {
    const sentence = `the first line has ${other} and no comma: name the separator of its cells (delimiter ${other}, or delimiter ',')`;
    const onCommandLine = sentence.replaceAll('delimiter', '--delimiter');
    expect(read('x.csv', text, {}).sentences).toEqual([expect.stringContaining(onCommandLine)]);
    if (!text.startsWith('"')) await expect(readByBatch('x.csv', text, {})).rejects.toThrow(sentence);
    if (text.startsWith('"')) return;
    expect(read('x.csv', text, { delimiter: ',' }).sentences).toEqual([]);
    expect(read('x.csv', `a,${text}`, {}).sentences).not.toEqual([expect.stringContaining(onCommandLine)]);
  });

  test('a delimiter that no first line has, though lines behind it do, is told once', () => {
    for (const options of [{ delimiter: ',' }, { delimiter: '|' }])
      expect(read('x.csv', `a;b\n1;x${options.delimiter}y\n2;z\n`, options).sentences).toEqual([
        `the first line has ';' and no '${options.delimiter}': name the separator of its cells, as in --delimiter ';'.`,
      ]);
    // A single column is one.
    expect(read('x.csv', 'a\n1,2\n3,4\n', { delimiter: ',' }).sentences).toEqual([
      'line 2 has 2 cells, and the first line names 1 column.',
      'line 3 has 2 cells, and the first line names 1 column.',
    ]);
  });

  test('JSON has no delimiter', () => {
    expect(read('x.jsonl', '{"a":1}\n', { delimiter: ';' }).sentences).toEqual([
      "--delimiter ';' with rows of JSON: only CSV has one: leave it out.",
    ]);
  });
});

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
        'line 3 has text after a closing quote: write a quote within quotes twice.',
      ],
    ],
    [
      'a quote that never ends',
      'x.csv',
      'a\nb\n"c\nd\n',
      ['a quote is opened in line 3 or after it, and never closed.'],
    ],
    [
      'a bad line of names',
      'x.csv',
      'a,"b"c\n1\n2,3\n',
      ['line 1 has text after a closing quote: write a quote within quotes twice.'],
    ],
    [
      'of JSON',
      'x.jsonl',
      '{"a":1,"b":2}\nnope\n{"a":1}\n\n[1]\n7\n{"a":1,"b":2}\n',
      [
        'line 2 is not JSON: give an object such as {"id":1}, in one line.',
        "line 3 lacks 'b', which the first row has.",
        'line 5 is not a JSON object: give one with a field for each column.',
        'line 6 is not a JSON object: give one with a field for each column.',
      ],
    ],
    [
      'a first object that is none',
      'x.jsonl',
      '[\n{"a":1}\n7\n',
      ['line 1 is not JSON: give an object such as {"id":1}, in one line.'],
    ],
  ])('%s', (_name, file, text, expected) => {
    expect(read(file, text)).toMatchObject({ cells: null, sentences: expected });
  });

  test.each([
    ['x.csv', 'a,b\n', '1\n'],
    ['x.jsonl', '{"a":1}\n', 'nope\n'],
  ])('ten of them at most, in %s', (name, head, bad) => {
    const { sentences } = read(name, head + bad.repeat(25));
    expect(sentences).toHaveLength(10);
    expect(sentences[9]).toMatch(/^line 11 .*; 15 more lines are bad too\.$/);
  });
});

test.each([
  ['x.csv', '\uFEFFa,b\n\uFEFFx,"\uFEFF\uFEFFy"\n'],
  ['x.jsonl', '\uFEFF{"a":"\uFEFFx","b":"\uFEFF\uFEFFy"}\n'],
])('only the mark of the file itself is taken away, in %s', (name, text) => {
  expect(read(name, text)).toMatchObject({ cells: [['\uFEFFx', '\uFEFF\uFEFFy']], sentences: [] });
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
