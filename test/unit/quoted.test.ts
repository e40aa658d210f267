import { describe, expect, test } from '@jest/globals';
import { sentenceOf } from '../../src/main/text/findings.ts';
import { quoted, quotedUrl, withoutCredentials } from '../../src/main/text/quoted.ts';

const circle: unknown[] = [];
circle.push(circle);

describe('values in sentences', () => {
  test.each<[unknown, string]>([
    ['text', "'text'"],
    [3, "'3'"],
    [null, "'null'"],
    [undefined, "'undefined'"],
    [{ a: [1, 'b'] }, `'{"a":[1,"b"]}'`],
    [[], "'[]'"],
    [Object.create(null), "'{}'"],
    [{ big: 10n }, `'{"big":"10"}'`],
    [10n, "'10'"],
    [Symbol('s'), "'Symbol(s)'"],
    [() => 1, "'a function'"],
    [circle, "'a list'"],
    [
      {
        get a() {
          throw new Error('no');
        },
      },
      "'an object'",
    ],
    ['x'.repeat(200), `'${'x'.repeat(200)}'`],
    ['x'.repeat(201), `'${'x'.repeat(200)}…'`],
    [`${'x'.repeat(199)}😀`, `'${'x'.repeat(199)}…'`],
    [Array(100_000).fill(1), `'[${'1,'.repeat(99)}1…'`],
  ])('%# is shown as what it is, and not at length', (value, sentence) => {
    expect(quoted(value)).toBe(sentence);
  });

  test.each([
    'http://u:SECRET@h:x',
    'http:/u:SECRET@h:x',
    'http:///u:SECRET@h:x',
    'http:u:SECRET@h:x',
    'http:\\\\u:SECRET@h:x',
    ' http://u:SECRET@h:x',
    '\thttp://u:SECRET@h:x',
    'ftp:/u:SECRET@h/',
    'u:SECRET@h:x',
    'SECRET:u@h:x',
    'http://u:SECRET/SECRET@h',
    'http://u:SECRET?SECRET#SECRET@h',
    'http://u:SECRET\nSECRET@h',
    'http://u:SECRET@SECRET@h',
  ])('a URL %j is shown without its password', (url) => {
    expect(quotedUrl(url)).not.toContain('SECRET');
    expect(quotedUrl(url)).toMatch(/…@h/);
  });

  test.each([
    ['http://u:p@h/@x', 'http://h/@x'],
    ['http:///u:p@h/', 'http:///h/'],
    ['http:\\\\u:p@h/', 'http:\\\\h/'],
    ['http://h/a@b', 'http://h/a@b'],
    ['u:p@h/', 'h/'],
  ])('%s names a request as %s', (url, name) => {
    expect(withoutCredentials(url)).toBe(name);
  });
});

test.each([
  [
    sentenceOf({
      code: 'run-too-short',
      figures: { sent: 1, windowMs: 5, fewestRequests: 100, shortestMs: 500 },
    }),
    /^1 request is too short a run/,
  ],
  [sentenceOf({ code: 'requests-dropped', figures: { dropped: 1 } }), /^1 request was dropped: it had/],
  [
    sentenceOf({ code: 'requests-unfinished', figures: { unfinished: 1 } }),
    /^1 request was sent but not answered/,
  ],
  [
    sentenceOf({ code: 'requests-not-started', figures: { notStarted: 2 } }),
    /^2 requests were never started/,
  ],
])('a sentence of one is in the singular: %s', (sentence, wanted) => {
  expect(sentence).toMatch(wanted);
});
