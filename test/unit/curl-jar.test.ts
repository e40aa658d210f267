import { expect, test } from '@jest/globals';
import { CurlJar } from '../../src/requests/curl-jar.ts';

const PLACE = { host: 'h', isSecure: false };

/** What curl 7.88 sends behind a redirect from /y/z. */
test.each<[string, string[]]>([
  ['"/"', ['/q', '/x/y', '/y/w']],
  ['"/x', ['/x/y']],
  ['/x"', ['/x/y']],
  ['"/x/"', ['/x/y']],
  ['""', ['/q', '/x/y', '/y/w']],
  ['x', ['/q', '/x/y', '/y/w']],
  ['', ['/q', '/x/y', '/y/w']],
])('a cookie with the path %s', (path, expected) => {
  const jar = new CurlJar();
  jar.take([`a=1;path=${path}`], { ...PLACE, path: '/y/z' });
  const paths = ['/q', '/x/y', '/y/w'].filter((to) => jar.valueFor({ ...PLACE, path: to }) !== null);
  expect(paths).toEqual(expected);
});
