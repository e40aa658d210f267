import { describe, expect, test } from '@jest/globals';
import type { Endpoint } from '../../src/protocol/endpoint.ts';
import { setCookiesIn } from '../../src/workers/exchange/cookie-keeper.ts';
import { Jar } from '../../src/workers/vus/jar.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';
import { fc } from '../support/properties.ts';

const PORT = 8_080;

function endpoint(url: string): Endpoint {
  const { origin, hostname, protocol } = new URL(url);
  const secure = protocol === 'https:';
  return { origin, hostname: hostname.replace(/^\[|\]$/g, ''), port: PORT, secure, addresses: [] };
}

/** What a request to `to` says when `from` has answered so. */
function said(from: string, fields: readonly string[], to: string): string | null {
  const jar = new Jar();
  const { pathname, search } = new URL(from);
  jar.take(fields, endpoint(from), pathname + search);
  const target = new URL(to);
  const path = target.pathname + target.search;
  const value = jar.valueFor(endpoint(to), path);
  // What is remembered is what is worked out.
  expect(jar.valueFor(endpoint(to), path)).toBe(value);
  return value;
}

const at = (ms: number): string => new Date(Date.now() + ms).toUTCString();
const SHOP = 'http://shop.test/';

describe('a cookie goes', () => {
  test.each([
    ['to its own host', SHOP, 'a=1', 'http://shop.test/x?y', 'a=1'],
    ['whatever the port', 'http://shop.test:81/', 'a=1', 'http://shop.test:82/', 'a=1'],
    ['to no other host', SHOP, 'a=1', 'http://other.test/', null],
    ['to none below its own', SHOP, 'a=1', 'http://www.shop.test/', null],
    ['to those below its domain', SHOP, 'a=1; Domain=shop.test', 'http://www.shop.test/', 'a=1'],
    ['to the domain above', 'http://www.shop.test/', 'a=1; domain=.SHOP.test', SHOP, 'a=1'],
    [
      'not to what only ends alike',
      'http://www.shop.test/',
      'a=1; domain=shop.test',
      'http://myshop.test/',
      null,
    ],
    ['not where another domain is said', SHOP, 'a=1; domain=other.test', 'http://other.test/', null],
    ['not to a whole top level', 'http://www.test/', 'a=1; domain=test', 'http://www.test/', null],
    ['to an address', 'http://10.0.0.1/', 'a=1; domain=10.0.0.1', 'http://10.0.0.1/', 'a=1'],
    ['not to the end of an address', 'http://10.0.0.1/', 'a=1; domain=0.0.1', 'http://10.0.0.1/', null],
    ['below its path', SHOP, 'a=1; path=/in', 'http://shop.test/in/side', 'a=1'],
    ['to its path with a query', SHOP, 'a=1; path=/in', 'http://shop.test/in?x', 'a=1'],
    ['not to a path that only begins alike', SHOP, 'a=1; path=/in', 'http://shop.test/inside', null],
    ['to the folder that it came from', 'http://shop.test/a/b?c=/d/', 'a=1', 'http://shop.test/a/x', 'a=1'],
    ['to no other folder', 'http://shop.test/a/b', 'a=1', 'http://shop.test/b', null],
    ['anywhere, where its path is none', 'http://shop.test/a', 'a=1; path=x', 'http://shop.test/b', 'a=1'],
    ['over TLS alone where it is secure', 'https://shop.test/', 'a=1; Secure', SHOP, null],
    ['over TLS', 'https://shop.test/', 'a=1; Secure', 'https://shop.test/', 'a=1'],
    ['not where it is secure and came without TLS', SHOP, 'a=1; Secure', 'https://shop.test/', null],
    ['to this machine, secure or not', 'http://127.0.0.1/', 'a=1; Secure', 'http://127.0.0.1/', 'a=1'],
    ['to [::1]', 'http://[::1]/', 'a=1; secure', 'http://[::1]/', 'a=1'],
    [
      'not from a host that only looks local',
      'http://127.0.0.1.evil.test/',
      'a=1; Secure',
      'http://127.0.0.1.evil.test/',
      null,
    ],
    ['until it is too old', SHOP, 'a=1; Max-Age=0', SHOP, null],
    ['with a max-age before its date', SHOP, `a=1; expires=${at(-9e6)}; max-age=60`, SHOP, 'a=1'],
    ['until its date', SHOP, `a=1; expires=${at(9e6)}`, SHOP, 'a=1'],
    ['not after its date', SHOP, `a=1; expires=${at(-9e6)}`, SHOP, null],
    ['not after a date of another form', SHOP, 'a=1; expires=Sunday, 06-Nov-94 08:49:37 GMT', SHOP, null],
    ['not after the date of C', SHOP, 'a=1; expires=Sun Nov  6 08:49:37 1994', SHOP, null],
    ['where its date is none', SHOP, 'a=1; expires=31 Feb 1994 08:49:37; expires=soon', SHOP, 'a=1'],
    [
      'with whatever its value is',
      SHOP,
      'a="x=y, z"; HttpOnly; SameSite=Lax; Priority=High',
      SHOP,
      'a="x=y, z"',
    ],
    ['without the blanks around it', SHOP, ' a = 1 ;', SHOP, 'a=1'],
    ['without a name', SHOP, 'alone', SHOP, 'alone'],
    ['not without anything', SHOP, '=; path=/', SHOP, null],
    ['not with controls', SHOP, 'a=1\x01', SHOP, null],
    ['not when it is longer than browsers take', SHOP, `a=${'1'.repeat(4_096)}`, SHOP, null],
    [
      'not as __Host- with a domain',
      'https://shop.test/',
      '__Host-a=1; secure; path=/; domain=shop.test',
      'https://shop.test/',
      null,
    ],
    ['as __Host-', 'https://shop.test/', '__Host-a=1; secure; path=/', 'https://shop.test/', '__Host-a=1'],
  ])('%s', (_, from, field, to, expected) => {
    expect(said(from, [field], to)).toBe(expected);
  });

  test('longer paths first, then older ones; one that is set again keeps its place', () => {
    const fields = ['a=1', 'b=2', 'c=3; path=/x', 'a=4', 'b=; max-age=-1'];
    expect(said(SHOP, fields, 'http://shop.test/x')).toBe('c=3; a=4');
  });
});

test('more than browsers keep: the oldest go', () => {
  const jar = new Jar();
  const to = endpoint(SHOP);
  jar.take(
    Array.from({ length: 200 }, (_, index) => `c${index}=1`),
    to,
    '/',
  );
  const names = jar.cookiesFor(to, '/').map(({ name }) => name);
  expect([names.length, names[0], names.at(-1)]).toEqual([180, 'c20', 'c199']);
});

test('an iteration begins with what was kept', () => {
  const jar = new Jar();
  const to = endpoint(SHOP);
  jar.take(['a=1'], to, '/');
  jar.keep();
  jar.take(['a=2', 'b=2'], to, '/');
  expect(jar.valueFor(to, '/')).toBe('a=2; b=2');
  jar.reset();
  expect(jar.valueFor(to, '/')).toBe('a=1');
  jar.set(to, 'c', '3');
  expect(jar.valueFor(to, '/')).toBe('a=1; c=3');
  jar.clear();
  jar.reset();
  expect(jar.valueFor(to, '/')).toBe('a=1');
  expect(() => jar.set(to, 'c', 'x; y')).toThrow('encode it');
  expect(() => jar.set(to, 'c d', '')).toThrow('not the name of a cookie');
});

test('found in a head however it is spelt, and in fields', () => {
  const none = { answeredFields: null };
  const inHead = (head: string) => setCookiesIn({ wantsHead: true, head, ...none });
  expect(inHead('set-cookie: a=1\r\nDate: x\r\nSET-COOKIE:b=2 \r\n')).toEqual(['a=1', 'b=2']);
  expect(inHead('x-set-cookie: a=1\r\ndate: set-cookie: b\r\n')).toEqual([]);
  const fields = (value: string | string[] | undefined) =>
    setCookiesIn({ wantsHead: false, head: null, answeredFields: { 'set-cookie': value } });
  expect([fields('a=1'), fields(['a=1', 'b=2']), fields(undefined)]).toEqual([['a=1'], ['a=1', 'b=2'], []]);
});

test('whatever a server sets, a request says it in one line or not at all', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: ANY_CHARACTER, maxLength: 60 }), { maxLength: 5 }), (fields) => {
      const value = said(SHOP, fields, SHOP);
      if (value !== null) expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
    }),
  );
});
