import { expect, test } from '@jest/globals';
import { destinationOf } from '../../src/workers/exchange/location.ts';

const FROM = ['http://a.test', '/d/e?q=1'] as const;

test.each<[string, string, string | null]>([
  ['a path stays as it is written', `/{}|^"<>\\'%2e%2E`, `/{}|^"<>\\'%2e%2E`],
  ['a query too', `/x?'{}'=<"\\">&?/../y`, `/x?'{}'=<"\\">&?/../y`],
  [
    'blanks, controls and bytes beyond ASCII are encoded',
    '/a b\tc\x7f\xe9?\xc3\xbc',
    '/a%20b%09c%7F%E9?%C3%BC',
  ],
  ['dots are walked', '/a/./b/../../../c/..', '/'],
  ['but not in a query', 'x?/a/../b', '/d/x?/a/../b'],
  ['from where it was asked', '../x', '/x'],
  ['a query alone', '?y', '/d/e?y'],
  ['an empty query', '?', '/d/e?'],
  ['a fragment alone', '#f', '/d/e?q=1'],
  ['a fragment behind', 'x#f?g', '/d/x'],
  ['a colon that belongs to a path', './a:b', '/d/a:b'],
  ['two slashes lead to a host', '//b.test:81/x', 'http://b.test:81 /x'],
  ['a host alone', 'HTTP://B.test', 'http://b.test /'],
  ['a host and a query', 'https://b.test?x', 'https://b.test /?x'],
  ['a name and password are not sent', 'http://u:p@b.test/a/../b', 'http://b.test /b'],
  ['no host, as browsers read it', 'http:/x', '/x'],
  ['slashes behind a path are no host', '/x//b.test/..', '/x//'],
  ['a backslash begins no host', '/\\b.test/', '/\\b.test/'],
  ['another scheme', 'ftp://b.test/', null],
  ['no place', 'mailto:a@b.test', null],
  ['a port that is none', 'http://b.test:x/', null],
  ['no host at all', 'http://?x', null],
])('%s', (_what, location, expected) => {
  const found = destinationOf(location, ...FROM);
  const shown =
    found === null ? null : `${found.place.origin === FROM[0] ? '' : `${found.place.origin} `}${found.path}`;
  expect(shown).toBe(expected);
});
