import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Problems } from '../../src/main/plan/problems.ts';
import { readUtf8Of } from '../../src/main/plan/read-text.ts';
import { readUrlList } from '../../src/main/plan/url-list.ts';

describe('a list of URLs', () => {
  test.each<[string, string, readonly string[]]>([
    ['one a line, in order', 'http://a/\nhttp://b/\n', ['http://a/', 'http://b/']],
    ['the last line may stay open', 'http://a/', ['http://a/']],
    ['blank lines and comments are skipped', '# all\n\n  \nhttp://a/\n  # b\n', ['http://a/']],
    ['a # within a URL is part of it', 'http://a/#b', ['http://a/#b']],
    ['blanks around a URL are not', '\t http://a/ \n', ['http://a/']],
    ['lines may end as on Windows', 'http://a/\r\nhttp://b/\r\n', ['http://a/', 'http://b/']],
    ['a byte order mark is not part of the first', '\uFEFFhttp://a/', ['http://a/']],
    ['a URL may come without a scheme, and twice', 'a:80/x\na:80/x', ['a:80/x', 'a:80/x']],
  ])('%s', (_name, text, expected) => {
    const problems = new Problems();
    expect(readUrlList(text, problems)).toEqual(expected);
    expect(problems.sentences).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    ['nothing', '', ['The URL list has no URL: give at least one, one per line.']],
    ['comments alone', '# http://a/\n', ['The URL list has no URL: give at least one, one per line.']],
    [
      'several lines that are no URL, each with its number',
      'http://a/\n# x\nhttp://b c/\n\nftp://me:secret@d/',
      [
        "Line 3 of the URL list: The URL 'http://b c/' cannot be read: give it as http://host:port/path.",
        "Line 5 of the URL list: The URL 'ftp://…@d/' starts with ftp://: only http:// and https:// can be tested.",
      ],
    ],
    [
      'a port that there is not',
      'http://127.0.0.1:99999/x',
      [
        "Line 1 of the URL list: The URL 'http://127.0.0.1:99999/x' has port 99999, which is too high: give a port from 1 to 65535.",
      ],
    ],
    [
      'a password without a scheme',
      'me:secret@b c',
      ['Line 1 of the URL list is not a URL: give it as http://host:port/path.'],
    ],
    [
      'a line of something else, which is not repeated',
      'http://a/\nAPI_KEY="s3cret word"\n',
      ['Line 2 of the URL list is not a URL: give it as http://host:port/path.'],
    ],
    [
      'another file, of which nothing is repeated',
      '{\n  "password": "s3cret",\n  "url": "http://a/"\n}\n',
      ['The URL list is not one: 2 of its 4 lines are not URLs: give a file with one in each line.'],
    ],
  ])('%s is refused', (_name, text, sentences) => {
    const problems = new Problems();
    expect(readUrlList(text, problems)).toBeNull();
    expect(problems.sentences).toEqual(sentences);
  });
});

test('a file that is no text is named, and one without URLs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'volley-urls-'));
  const said = (name: string, bytes: Uint8Array): string[] => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const problems = new Problems();
    const text = readUtf8Of('urls', path, problems);
    if (text !== null) readUrlList(text, problems, name);
    return problems.sentences.map((sentence) => sentence.replace(folder, ''));
  };
  const noText = (name: string): string[] => [
    `--urls '${sep}${name}' is not text in UTF-8: give another file, or save it as UTF-8.`,
  ];
  expect(said('a', Uint8Array.of(0xff, 0xfe, 0x41))).toEqual(noText('a'));
  expect(said('b', Buffer.from('http://a/', 'utf16le'))).toEqual(noText('b'));
  expect(said('c', Buffer.from('#'))).toEqual([
    "The URL list 'c' has no URL: give at least one, one per line.",
  ]);
  rmSync(folder, { recursive: true });
});
