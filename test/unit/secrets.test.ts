import { describe, expect, test } from '@jest/globals';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { secretsInExchange } from '../../src/requests/exchange-secrets.ts';
import { missOf } from '../../src/requests/expectation.ts';
import { withoutNamedSecrets } from '../../src/requests/named-secrets.ts';
import { secretsInQuery, withoutSecretsInQuery } from '../../src/requests/parameter-secrets.ts';
import { secretsInHeaders } from '../../src/requests/secret-headers.ts';
import { hiding, hidingInCut } from '../../src/requests/secrets.ts';
import { ANSWER_WITHOUT_FIELDS, ASKS_NOTHING } from '../support/expectation.ts';
import { fc } from '../support/properties.ts';

const secret = fc.stringMatching(/^[A-Za-z0-9 %"\\/+é]{4,20}$/);
/** Shares no letter with a secret. */
const around = fc.stringMatching(/^[<>()]{0,10}$/);

describe('texts without secrets', () => {
  test('neither as they are, nor in a URL, nor in JSON', () => {
    fc.assert(
      fc.property(secret, around, around, (hidden, before, after) => {
        const inJson = JSON.stringify(hidden).slice(1, -1);
        for (const form of [hidden, encodeURIComponent(hidden), inJson]) {
          expect(hiding([hidden])(before + form + after)).toBe(`${before}…${after}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('one that is a part of another leaves nothing of it', () => {
    expect(hiding(['token', 'token-and-more'])('token-and-more, token')).toBe('…, …');
  });

  test('one of 3000 characters, whole or cut, in no time', () => {
    const long = Array.from({ length: 300 }, (_, index) => String(index).padStart(10, 'k"=é/')).join('');
    const before = process.cpuUsage();
    const hide = hiding([long]);
    expect(hide('nothing of it')).toBe('nothing of it');
    // Of the processor: another program on this machine takes none of it.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
    for (const form of [long, encodeURIComponent(long), Buffer.from(long).toString('base64')])
      expect(hide(`<${form}>`)).toMatch(/^<…[^a-z0-9]{0,2}>$/i);
    expect(hidingInCut([long])(`<${long.slice(0, 700)}`)).toBe('<…');
  });

  test('three letters would be found anywhere', () => {
    expect(hiding(['abc'])('abc')).toBe('abc');
    expect(hiding([])('nothing to hide')).toBe('nothing to hide');
  });

  test.each([
    ['as a form encodes it', 'top+secret%2Bvalue%21'],
    ['in hexadecimal digits of either case', 'top%20secret%2bvalue!'],
    ['in quotes within JSON within JSON', 'say \\\\\\"top secret+value!'],
    ['with its blanks folded', 'top   secret+value!'],
    ['with its blanks as line ends', 'top\r\nsecret+value!'],
    ['in Base64', Buffer.from('top secret+value!').toString('base64')],
    ['in Base64 for URLs', Buffer.from('top secret+value!').toString('base64url')],
  ])('%s', (_what, form) => {
    const hidden = hiding(['top secret+value!'])(`<${form}>`);
    expect(hidden).not.toContain('secret');
    expect(hidden).toMatch(/…>$/);
  });

  test('the beginning of one at the end of a text that was cut', () => {
    const hide = hidingInCut(['correct-horse-battery']);
    expect(hide('token=correct-ho')).toBe('token=…');
    expect(hide('token=cor')).toBe('token=cor');
  });

  test('of a token its beginning too, as errors repeat it; of words not', () => {
    const hide = hiding(['tk_1f9A77xQw0Zp3LmN8', 'Bearer tk_1f9A77xQw0Zp3LmN8', 'a word and another one']);
    expect(hide("the token 'tk_1f9A77xQw0...' and tk_1f9A77xQw0Zp3')")).toBe("the token '…...' and …')");
    expect(hide('tk_1f9A7 is no token, Bearer tk is none, a word and a')).toBe(
      'tk_1f9A7 is no token, Bearer tk is none, a word and a',
    );
  });

  test('an answer is shown without them although it is cut afterwards', () => {
    const secret = 'correct-horse-battery-staple';
    const body = Buffer.from(`${'x'.repeat(70)}${secret}`);
    const expectation = { ...ASKS_NOTHING, bodyTexts: ['Z'] };
    const answer = { ...ANSWER_WITHOUT_FIELDS, bodyBytes: 100, body };
    expect(missOf(expectation, answer, 0, hiding([secret]))?.example).toBe(
      `expected a body with 'Z', got '${'x'.repeat(70)}…'`,
    );
  });
});

describe('what of a request is secret', () => {
  test('credentials, in every part that may be shown alone', () => {
    expect(secretsInHeaders(['Authorization', 'Basic bmFtZTpwYXNzLXdvcmQ=', 'accept', '*/*'])).toEqual([
      'Basic bmFtZTpwYXNzLXdvcmQ=',
      'bmFtZTpwYXNzLXdvcmQ=',
      'name:pass-word',
      'pass-word',
    ]);
    expect(secretsInHeaders(['cookie', 'a=1; sid=0123456789'])).toEqual([
      'a=1; sid=0123456789',
      '0123456789',
    ]);
    for (const name of ['X-Api-Key', 'x-auth-token', 'apikey', 'X-Amz-Security-Token', 'Proxy-Authorization'])
      expect(secretsInHeaders([name, 'abcdef'])).toEqual(['abcdef']);
    for (const name of [
      'Ocp-Apim-Subscription-Key',
      'DPoP',
      'x-functions-key',
      'X-RapidAPI-Key',
      'X-Parse-Master-Key',
      'Cf-Access-Jwt-Assertion',
      'x-amzn-oidc-accesstoken',
      'X-AuthToken',
      'x-amz-server-side-encryption-customer-key',
      'x-user-pass',
      'x-otp',
      'x-refresh',
      'X-Verification-Code',
    ])
      expect(secretsInHeaders([name, 'abcdef'])).toEqual(['abcdef']);
    for (const name of [
      'x-author',
      'x-tokenizer',
      'Idempotency-Key',
      'Sec-WebSocket-Key',
      'Surrogate-Key',
      'x-ratelimit-remaining-tokens',
      'x-design',
      'x-error-code',
      'x-pass-through',
      'x-pinned',
    ])
      expect(secretsInHeaders([name, 'abcdef'])).toEqual([]);
  });

  test.each([
    ['--user', { user: 'me:pass-word' }, ['me:pass-word', 'pass-word', 'bWU6cGFzcy13b3Jk']],
    ['the URL', { url: 'http://me:pass-word@127.0.0.1:9/' }, ['pass-word', 'bWU6cGFzcy13b3Jk']],
    ['--proxy', { proxy: 'http://me:pass-word@127.0.0.1:9' }, ['pass-word', 'bWU6cGFzcy13b3Jk']],
    ['--cookie', { cookie: 'sid=pass-word' }, ['pass-word']],
    ['--set', { body: '{{key}}', variables: { key: 'pass-word' } }, ['pass-word']],
    ['a curl command', { url: undefined, curl: "curl -u me:pass-word 'http://127.0.0.1:9/'" }, ['pass-word']],
  ])('what %s says', async (_what, options, hidden) => {
    const {
      supplies: { secrets },
    } = await resolvePlan({ url: 'http://127.0.0.1:9/', ...options });
    expect(secrets).toEqual(expect.arrayContaining(hidden));
  });

  test('where requests go is none, although a variable says it', async () => {
    const variables = { base: 'http://127.0.0.1:9' };
    const {
      supplies: { secrets },
    } = await resolvePlan({ url: '{{base}}/x', variables });
    expect(secrets).toEqual([]);
  });
});

describe('an exchange of --once', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const FORM = 'content-type: application/x-www-form-urlencoded\r\n';
  const PARTS_TYPE = 'Content-Type: multipart/form-data; boundary=b\r\n';
  const part = (name: string, value: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain\r\n\r\n${value}\r\n`;
  const PARTS = `${part('token', 'first-one')}${part('user', 'joe')}${part('password', 'in\r\nparts')}--b--\r\n`;
  const JSON_TYPE = 'content-type: application/json\r\n';

  test.each([
    ['a query', '?page=one&access_token=in-query&sig=signed-so', '', '', '', ['in-query', 'signed-so']],
    ['a form', '', FORM, 'user=joe&password=in%20form', '', ['in%20form', 'in form']],
    ['a nested form', '', FORM, 'user[name]=joe&user%5Bpassword%5D=nested', '', ['nested']],
    ['a form without a type', '', '', 'user=joe&password=untyped', '', ['untyped']],
    ['a form of parts', '', PARTS_TYPE, PARTS, '', ['in\r\nparts', 'first-one']],
    [
      'JSON that is broken',
      '',
      JSON_TYPE,
      '{"user":"joe","password":"br\\u006fken",',
      '',
      ['br\\u006fken', 'broken'],
    ],
    ['JSON in JSON', '', JSON_TYPE, '{"credentials":{"a":["deep"]},"auth":"none"}', '', ['deep']],
    [
      'numbers',
      '',
      JSON_TYPE,
      '{"password":12345678901234567890,"pin":4711,"max_tokens":123456}',
      '',
      ['12345678901234567890'],
    ],
    ['a text of JSON', '', JSON_TYPE, '{"body":"{\\"password\\":\\"in a text\\"}"}', '', ['in a text']],
    ['JSON that is sent', '', JSON_TYPE, '{"user":"joe","apiKey":"in-json"}', '', ['in-json']],
    ['JSON that is answered', '', '', '', '{"data":[{"id":"plain","token":"answered"}]}', ['answered']],
    ['a query within JSON', '', JSON_TYPE, '{"query":"{login(password:\\"in-query\\")}"}', '', ['in-query']],
    ['GraphQL that is sent', '', '', '{ login(password: "in-graphql") }', '', ['in-graphql']],
    ['a list of pairs', '', JSON_TYPE, '[["password","in-pairs"],["user","joe"]]', '', ['in-pairs']],
    ['named values', '', JSON_TYPE, '[{"name":"pin","value":"in-object"}]', '', ['in-object']],
    ['lines', '', '', 'user: joe\npassword: in a line', '', ['in a line']],
    ['a private key', '', '', '-----BEGIN PRIVATE KEY-----\nMIIa\nbcde\n-----END', '', ['MIIa', 'bcde']],
    ['other text', '', '', 'token = plain', 'token: plain', []],
  ])('the secrets of %s', (_what, query, type, sent, answered, secrets) => {
    const exchange = {
      method: 'POST',
      url: `http://127.0.0.1:9/${query}`,
      requestHead: `POST / HTTP/1.1\r\n${type}\r\n`,
      requestBody: bytes(sent),
      response: {
        status: 200,
        fields: [
          ['x-user', 'joe'],
          ['set-cookie', 'sid=in-cookie; SameSite=Strict'],
        ] as const,
        body: bytes(answered),
        readable: null,
        bodyBytes: answered.length,
        firstByteMs: 1,
        serviceMs: 1,
        stream: null,
      },
      failure: null,
    };
    const found = secretsInExchange(exchange);
    expect([...new Set(found)].toSorted()).toEqual([...secrets, 'sid=in-cookie', 'in-cookie'].toSorted());
  });
});

describe('what names call secret', () => {
  test.each([
    [
      'JSON',
      '{"id":1,"access_token":"abc-def","a":{"apiKey" : "k-123"}}',
      '{"id":1,"access_token":"…","a":{"apiKey" : "…"}}',
    ],
    ['JSON with escapes', '{"token":"a\\"b\\\\","b":"c"}', '{"token":"…","b":"c"}'],
    ['cut JSON', '{"token":"abc-d', '{"token":"…'],
    ['a number', '{"token":123456,"b":1}', '{"token":…,"b":1}'],
    ['JSON in JSON', '{"body":"{\\"token\\":\\"abc-def\\"}"}', '{"body":"{\\"token\\":\\"…\\"}"}'],
    ['a URL in JSON', '{"next":"/x?a=b&api_key=abc-def"}', '{"next":"/x?a=b&api_key=…"}'],
    ['a form', 'user=me&oauth_token=abc-def&x=1', 'user=me&oauth_token=…&x=1'],
    ['a nested form', 'user[name]=me&user%5Bpassword%5D=abc-def', 'user[name]=me&user%5Bpassword%5D=…'],
    ['a URL within a URL', '/x?to=%2Fy%3Ftoken=abc-def', '/x?to=%2Fy%3Ftoken=…'],
    ['a cookie', 'session=abc-def; path=/', 'session=…; path=/'],
    ['a location', "to '/x?sig=abc-def'", "to '/x?sig=…'"],
    ['a location with credentials', "to 'ftp://u:abc-def@h/x' //me@[::1]/", "to 'ftp://…@h/x' //…@[::1]/"],
    [
      'a page',
      '<input name="csrf_token" type=hidden value="abc-def">',
      '<input name="csrf_token" type=hidden value="…">',
    ],
    ['XML', '<a><token>abc-def</token></a>', '<a><token>…</token></a>'],
    ['a JSON Web Token', 'a eyJhbGciOiJIUzI1.eyJzdWIiOiIx.SflKxwRJ b', 'a … b'],
    ['JSON in single quotes', "{'token': 'abc-def', 'b': 'c'}", "{'token': '…', 'b': 'c'}"],
    ['a list', '{"tokens":["abc-def","ghi"],"b":["c"]}', '{"tokens":…,"b":["c"]}'],
    ['JSON in a query', '/x?q=%7B%22token%22%3A%22abc-def%22%7D', '/x?q=%7B%22token%22%3A%22…%22%7D'],
    [
      'an encoded URL within a URL',
      '/x?to=https%3A%2F%2Fa%2F%3Ftoken%3Dabc-def%26b%3Dc&d=e',
      '/x?to=https%3A%2F%2Fa%2F%3Ftoken%3D…%26b%3Dc&d=e',
    ],
    [
      'one that is encoded twice',
      '/x?to=%252F%253Ftoken%253Dabcd%2526b',
      '/x?to=%252F%253Ftoken%253D…%2526b',
    ],
    ['the way back of a login', "302 to '/cb?code=SplxlOBeZQ&state=1'", "302 to '/cb?code=…&state=1'"],
    ['code', "var csrfToken = 'abc-def', n = 'b'", "var csrfToken = '…', n = 'b'"],
    ['a meta element', '<meta name="csrf-token" content="abc-def">', '<meta name="csrf-token" content="…">'],
    [
      'a field whose name follows',
      '<input type=hidden value="abc-def" name="csrf_token">',
      '<input type=hidden value="…" name="csrf_token">',
    ],
    ['XML with attributes', '<Token type="x">abc-def</Token>', '<Token type="x">…</Token>'],
    ['one-time words', '{"otp":123456,"auth_code":"1234","pin":4711}', '{"otp":…,"auth_code":"…","pin":…}'],
    ['a URL with a password', "to 'ftp://me:abc-def@h/x'", "to 'ftp://…@h/x'"],
    ['a random code', '{"code":"4f0AX4XfWhq8ZbT1s"}', '{"code":"…"}'],
    ['the code of an error', '{"code":"rate_limit_exceeded","error":{"code":"ERR_HTTP2_STREAM_404"}}', null],
    ['what is counted', '{"total_tokens":123456,"token_count":5000,"session_timeout":3600}', null],
    [
      'GraphQL within JSON',
      '{"query":"mutation{login(password:\\"abc def\\"){id}}"}',
      '{"query":"mutation{login(password:\\"…\\"){id}}"}',
    ],
    ['GraphQL', 'mutation { login(password: "abc def") }', 'mutation { login(password: "…") }'],
    ['a list of pairs', '[["password","abc def"],["user","me"]]', '[["password","…"],["user","me"]]'],
    ['a list of names', '["token","session","user"]', null],
    ['an object of name and value', '{"name":"token","value":"abc def"}', '{"name":"token","value":"…"}'],
    ['one of value and name', '{"value":"abc def","name":"token"}', '{"value":"…","name":"token"}'],
    [
      'JSON in JSON in JSON',
      '"{\\\\\\"token\\\\\\":\\\\\\"abcd\\\\\\"}"',
      '"{\\\\\\"token\\\\\\":\\\\\\"…\\\\\\"}"',
    ],
    ['lines', 'user: me\npassword: hunter2\nauth: Bearer abc123', 'user: me\npassword: …\nauth: …'],
    ['prose', 'password: required\ntoken: is no longer valid\nsession: expired', null],
    [
      'a private key',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nDEF=\n-----END RSA PRIVATE KEY-----\n',
      '-----BEGIN RSA PRIVATE KEY-----…-----END RSA PRIVATE KEY-----\n',
    ],
    [
      'a private key that is cut',
      '{"key":"-----BEGIN PRIVATE KEY-----\\nMII',
      '{"key":"-----BEGIN PRIVATE KEY-----…',
    ],
    ['no secrets', '{"session":true,"token":null,"author":"Poe","key":"a-b-c"} passage=12', null],
  ])('in %s is hidden', (_what, text, shown) => {
    expect(withoutNamedSecrets(text)).toBe(shown ?? text);
  });

  test.each([
    '"token":',
    '"token":"',
    'token=',
    '[token%5D=',
    '%5B',
    'name=token ',
    'value=a name=token',
    'token%3D',
    '%22token%22%3A',
    "token = '",
    'token=',
    '<token>',
    'a',
    '\\',
    '"',
    ' ',
    'eyJaaaaaaaaa.',
    '["token","',
    '"name":"token","value":',
    '"value":"a","name":"',
    'token: a1 ',
    'a: b\n',
    '-----BEGIN PRIVATE KEY-----',
    '\\"',
  ])('is looked for in little time, however long the text: %s', (piece) => {
    const text = piece.repeat(300_000);
    const before = process.cpuUsage();
    withoutNamedSecrets(text);
    // Of the processor, as above.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
  });

  test.each([
    ['http://h/p?a=b&token=x%2Fyz&c', 'http://h/p?a=b&token=…&c', ['x%2Fyz', 'x/yz']],
    ['h/?api%5fkey=a+bcd#token=abcd', 'h/?api%5fkey=…#token=…', ['a+bcd', 'a bcd', 'abcd', 'abcd']],
    [
      'h/?key=user:17&key=AIzaSyA1234567890',
      'h/?key=user:17&key=…',
      ['AIzaSyA1234567890', 'AIzaSyA1234567890'],
    ],
    ['h/?sig={{sig}}&auth=true&sig=abc', 'h/?sig={{sig}}&auth=true&sig=abc', []],
    ['h/token=abcd', 'h/token=abcd', []],
    ['h/?user[password]=Zq7x&id=7', 'h/?user[password]=…&id=7', ['Zq7x', 'Zq7x']],
    ['h/?user%5Bpassword%5D[]=Zq7x', 'h/?user%5Bpassword%5D[]=…', ['Zq7x', 'Zq7x']],
    ['h/?a=1;password=Zq7x;b=2', 'h/?a=1;password=…;b=2', ['Zq7x', 'Zq7x']],
    ['h/?token=Zq7x;more&b=2', 'h/?token=…&b=2', ['Zq7x;more', 'Zq7x;more']],
    ['h/?to=/a?token=Zq7x&b', 'h/?to=/a?token=…&b', ['Zq7x', 'Zq7x']],
    ['h/x#access_token=Zq7x&state=1', 'h/x#access_token=…&state=1', ['Zq7x', 'Zq7x']],
    ['h/x#/page?id_token=Zq7x', 'h/x#/page?id_token=…', ['Zq7x', 'Zq7x']],
    ['h/x#chapter-2', 'h/x#chapter-2', []],
    [
      'h/cb?code=4/0AX4XfWh&state=af0ifjsldkj-3n2k1j4',
      'h/cb?code=…&state=…',
      ['4/0AX4XfWh', '4/0AX4XfWh', 'af0ifjsldkj-3n2k1j4', 'af0ifjsldkj-3n2k1j4'],
    ],
    ['h/?code=US&code=404&state=open&state=North%20Carolina', null, []],
    [
      'h/?otp=123456&max_tokens=1000&token=7654',
      'h/?otp=…&max_tokens=1000&token=…',
      ['123456', '123456', '7654', '7654'],
    ],
    ['h/?SAMLResponse=PHNhbWw%2B', 'h/?SAMLResponse=…', ['PHNhbWw%2B', 'PHNhbWw+']],
    [
      'h/?ticket=ST-18-aA5Yuvrxzpv8Tau1&ticket=4711',
      'h/?ticket=…&ticket=4711',
      ['ST-18-aA5Yuvrxzpv8Tau1', 'ST-18-aA5Yuvrxzpv8Tau1'],
    ],
    ['h/a;jsessionid=1A2B3C/b;v=1?x=y', 'h/a;jsessionid=…/b;v=1?x=y', ['1A2B3C', '1A2B3C']],
    [
      'h/?next=https%3A%2F%2Fa%2F%3Ftoken%3DZq7x%2526%26b%3Dc&d=e',
      'h/?next=https%3A%2F%2Fa%2F%3Ftoken%3D…%26b%3Dc&d=e',
      ['Zq7x%2526', 'Zq7x%26', 'Zq7x&'],
    ],
    [
      'h/?next=%252Fa%253Ftoken%253DZq7x%2526b',
      'h/?next=%252Fa%253Ftoken%253D…%2526b',
      ['Zq7x', 'Zq7x', 'Zq7x', 'Zq7x'],
    ],
    ['h/?next=https://me:Zq7x@a/?b=c', 'h/?next=…?b=c', ['Zq7x', 'Zq7x']],
    ['h/?next=https%3A%2F%2Fme%3AZq7x%40a%2F', 'h/?next=…', ['Zq7x', 'Zq7x']],
    ['h/?q=%7B%22token%22%3A%22Zq7x%22%7D&a=b', 'h/?q=…&a=b', ['Zq7x', 'Zq7x']],
    ['h/?shop=a&hmac=Zq7x', 'h/?shop=a&hmac=…', ['Zq7x', 'Zq7x']],
    ['h/?signature=%zzzz', 'h/?signature=…', ['%zzzz', '%zzzz']],
  ])('in the query of %s', (url, shown, secrets) => {
    expect(withoutSecretsInQuery(url)).toBe(shown ?? url);
    expect(secretsInQuery(url)).toEqual(secrets);
  });
});
