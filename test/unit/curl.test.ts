import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type CurlRequest, readCurl } from '../../src/main/plan/curl/curl.ts';
import { expandSources } from '../../src/main/plan/expand.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { readOptions } from '../../src/main/plan/resolve.ts';
import { commandLineTerms } from '../../src/main/plan/terms.ts';
import { sentenceOf, type Words } from '../../src/main/plan/words.ts';

const URL_GIVEN = 'http://a/';
const JSON_HEADERS = ['accept: application/json', 'content-type: application/json'];
const FORM = 'content-type: application/x-www-form-urlencoded';

const folder = mkdtempSync(join(tmpdir(), 'volley-curl-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const LINES = file('lines.txt', 'a b\r\nc\0d\n');
const PLAIN_LINES = file('plain-lines.txt', 'a b\r\ncd\r\r\n');
const RETURNS = file('returns', 'a\rb\n');
const BINARY = file('binary', Uint8Array.of(0xff, 0x00, 0x0a));
const HEADERS = file('headers', 'X-A: 1\r\n\r\nX-B: 2\n');

/** Of a command that says nothing of them but `-L`. */
const REDIRECTS: CurlRequest['curlRedirects'] = {
  pathAsIs: false,
  isTrusting: false,
  keepsPostAfter: [],
  authorizedBy: 'url',
  hasOwnHost: false,
  saysReferer: false,
  saysCookies: true,
  keptCookies: null,
};

type OneRequest = Omit<CurlRequest, 'urls'> & { readonly url: string };

/** Of a command with one URL. */
function requestIn(command: string): OneRequest {
  const problems = new Problems();
  const request = readCurl(command, problems);
  expect(problems.sentences).toEqual([]);
  const { urls, ...rest } = request!;
  expect(urls).toHaveLength(1);
  return { ...rest, ...urls[0]! };
}

function problemsOf(command: string): readonly string[] {
  const problems = new Problems();
  expect(readCurl(command, problems)).toBeNull();
  return problems.sentences;
}

describe('commands as browsers copy them', () => {
  test('Chrome, for bash', () => {
    const command = `curl 'https://shop.example/api/items?q=a%20b&page=2' \\
  -X 'PUT' \\
  -H 'accept: application/json, text/plain, */*' \\
  -H 'accept-language: de-DE,de;q=0.9' \\
  -H 'content-type: application/json' \\
  -b 'session=abc; theme=dark' \\
  -H 'origin: https://shop.example' \\
  -H 'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"' \\
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \\
  --data-raw $'{"name":"it\\'s new\\u0021","size":"5€"}' \\
  --insecure`;
    expect(requestIn(command)).toEqual({
      url: 'https://shop.example/api/items?q=a%20b&page=2',
      method: 'PUT',
      headers: [
        'accept: application/json, text/plain, */*',
        'accept-language: de-DE,de;q=0.9',
        'content-type: application/json',
        'origin: https://shop.example',
        'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
        'user-agent: Mozilla/5.0 (X11; Linux x86_64)',
      ],
      cookie: 'session=abc; theme=dark',
      body: '{"name":"it\'s new!","size":"5€"}',
      insecure: true,
    });
  });

  test('Firefox, for bash', () => {
    const command = `curl --globoff 'https://shop.example/login?next[]=1' \\
  --compressed \\
  -X POST \\
  -H 'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' \\
  -H 'Accept-Encoding: gzip, deflate, br, zstd' \\
  -H 'Content-Type: application/x-www-form-urlencoded' \\
  -H 'Content-Length: 19' \\
  -H 'Connection: keep-alive' \\
  -H 'Cookie: id=7' \\
  --data-raw 'user=me&remember=on'
`;
    expect(requestIn(command)).toEqual({
      url: 'https://shop.example/login?next[]=1',
      method: 'POST',
      headers: [
        'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        'Accept-Encoding: gzip, deflate, br, zstd',
        'Content-Type: application/x-www-form-urlencoded',
        'Connection: keep-alive',
        'Cookie: id=7',
      ],
      body: 'user=me&remember=on',
    });
  });

  test('Firefox, a form with a file, by bytes', () => {
    const command = `curl 'https://shop.example/upload' -X POST -H 'Content-Type: multipart/form-data; boundary=x' --data-binary $'--x\\r\\nContent-Disposition: form-data; name="f"; filename="a"\\r\\n\\r\\n\\xff\\xe9\\r\\n--x--\\r\\n'`;
    expect(requestIn(command)).toEqual({
      url: 'https://shop.example/upload',
      method: 'POST',
      headers: ['Content-Type: multipart/form-data; boundary=x'],
      body: Uint8Array.from(
        Buffer.from(
          '--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n\xff\xe9\r\n--x--\r\n',
          'latin1',
        ),
      ),
    });
  });

  test('Chrome, for cmd', () => {
    const command = [
      'curl ^"https://shop.example/api?a=1^&b=^%^41^" ^',
      '  -X ^"POST^" ^',
      '  -H ^"content-type: application/json^" ^',
      '  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"140^\\^"^" ^',
      '  --data-raw ^"^{^\\^"path^\\^":^\\^"C:^\\^\\x^\\^"^}^"',
    ].join('\r\n');
    expect(requestIn(command)).toEqual({
      url: 'https://shop.example/api?a=1&b=%41',
      method: 'POST',
      headers: ['content-type: application/json', 'sec-ch-ua: "Chromium";v="140"'],
      body: '{"path":"C:\\\\x"}',
    });
  });

  test('an older Chrome, for cmd', () => {
    const command =
      'curl "https://a/?b=1&c=2" ^\n  -H "x-y: ""z""" ^\n  --data-binary "{""a"":1}" ^\n  --compressed';
    expect(requestIn(command)).toEqual({
      url: 'https://a/?b=1&c=2',
      headers: ['accept-encoding: deflate, gzip, br, zstd', FORM, 'x-y: "z"'],
      body: '{"a":1}',
    });
  });
});

describe('options of curl', () => {
  test.each<[string, string, Partial<OneRequest>]>([
    ['no option', '', {}],
    ['-X, of which the last counts', '-X POST --request PUT', { method: 'PUT' }],
    ['values that are attached', "-XPATCH -H'X-A: 1'", { method: 'PATCH', headers: ['X-A: 1'] }],
    [
      'letters in a cluster',
      '-sSLkXPUT',
      {
        method: 'PUT',
        methodOnRedirect: 'kept',
        location: 50,
        insecure: true,
        curlRedirects: REDIRECTS,
      },
    ],
    ['what says how curl prints', '-svSiONfg# -o f -w x --fail-with-body --progress-bar --output f', {}],
    ['--connect-timeout, which is part of the timeout', '--connect-timeout 5', {}],
    ['-I', '-I', { method: 'HEAD' }],
    ['-I with -X', '-I -X GET', { method: 'GET' }],
    ['headers in a file', `-H @${HEADERS} -H 'X-C: 3'`, { headers: ['X-A: 1', 'X-B: 2', 'X-C: 3'] }],
    ['a header without a value', "-H 'X-A;'", { headers: ['X-A:'] }],
    ['headers to leave out', "-H 'Expect:' -H 'X-A: '", { headers: [] }],
    ['a header beyond ASCII, by bytes', "-H 'X-A: é'", { headers: ['X-A: Ã©'] }],
    ['a header in Latin-1', "-H $'X-A: \\xe9'", { headers: ['X-A: é'] }],
    ['-u', '-u me:pass', { user: 'me:pass' }],
    [
      '-u beside a header that comes first',
      "-u me:pass -H 'Authorization: x'",
      { headers: ['Authorization: x'] },
    ],
    [
      '--oauth2-bearer, which comes before -u',
      '--oauth2-bearer t -u me:pass',
      { headers: ['authorization: Bearer t'] },
    ],
    ['-b', "-b 'a=1; b=2' --cookie c=3", { cookie: 'a=1; b=2;c=3' }],
    ['-b beside a header that comes first', "-b a=1 -H 'Cookie: c=3'", { headers: ['Cookie: c=3'] }],
    ['-A', '-A me', { userAgent: 'me' }],
    ['-A beside a header that comes first', "-A me -H 'User-Agent: x'", { headers: ['User-Agent: x'] }],
    ['-e', "-e 'http://b/;auto'", { headers: ['referer: http://b/'] }],
    ['-e of nothing', "-e ''", {}],
    ['--compressed', '--compressed', { headers: ['accept-encoding: deflate, gzip, br, zstd'] }],
    [
      '--compressed with a header',
      "--compressed -H 'Accept-Encoding: br'",
      { headers: ['Accept-Encoding: br'] },
    ],
    ['-L', '-L', { location: 50, curlRedirects: REDIRECTS }],
    ['-L with a limit', '-L --max-redirs 3', { location: 3, curlRedirects: REDIRECTS }],
    ['-L without a limit', '-L --max-redirs -1', { location: 100, curlRedirects: REDIRECTS }],
    [
      'what redirects go by',
      "--location-trusted --post301 --post303 --path-as-is -b '' -u a:b -e ';auto'",
      {
        user: 'a:b',
        location: 50,
        curlRedirects: {
          ...REDIRECTS,
          pathAsIs: true,
          isTrusting: true,
          keepsPostAfter: [301, 303],
          authorizedBy: 'user',
          saysReferer: true,
          keptCookies: [],
        },
      },
    ],
    ['a limit of redirects that are not followed', '--max-redirs 3', {}],
    ['-k', '-k', { insecure: true }],
    ['-m', '-m 2.5', { timeout: '2.5s' }],
    ['-m of zero, which is none', '-m 0', {}],
    ['certificates', '--cacert a.pem -E b.pem --key c.pem', { cacert: 'a.pem', cert: 'b.pem', key: 'c.pem' }],
    ['a colon in the name of a file', "-E 'a\\:b.pem'", { cert: 'a:b.pem' }],
    ['a drive in the name of a file', "-E 'C:\\a.pem'", { cert: 'C:\\a.pem' }],
    ['-x', '-x http://p:3128', { proxy: 'http://p:3128' }],
    ['-x with what curl assumes', '-x p', { proxy: 'http://p:1080' }],
    ['-x with a port of its own', '-x me:pass@p:3128/', { proxy: 'http://me:pass@p:3128/' }],
    ['-x of another kind', '-x socks5://p', { proxy: 'socks5://p' }],
    ['-x of nothing', "-x ''", {}],
    ['--resolve', '--resolve a:80:b --resolve c:80:d', { resolve: ['a:80:b', 'c:80:d'] }],
    ['--connect-to', '--connect-to a:80:b:81', { connectTo: ['a:80:b:81'] }],
    ['--unix-socket', '--unix-socket /a', { unixSocket: '/a' }],
    ['--http1.1', '--http2 --http1.1', { http2: false }],
    ['--http2', '--http2', { http2: true }],
    ['--http2-prior-knowledge without TLS', '--http2-prior-knowledge', { http2: false, h2c: true }],
    ['--tlsv1.2', '--tlsv1.2', { tlsMin: '1.2' }],
    ['--tlsv1.3', '--tlsv1.3', { tlsMin: '1.3' }],
    ['no TCP keep-alive probes, which changes no request', '--no-keepalive', {}],
  ])('%s', (_name, options, expected) => {
    expect(requestIn(`curl ${options} ${URL_GIVEN}`)).toEqual({ url: URL_GIVEN, headers: [], ...expected });
  });

  test.each<[string, string, Partial<OneRequest>]>([
    ['data, joined', '-d a=1 --data b=2 --data-ascii c', { headers: [FORM], body: 'a=1&b=2&c' }],
    ['data of nothing', "-d '' -d b", { headers: [FORM], body: '&b' }],
    [
      'data with a type',
      "-d a -H 'Content-Type: text/plain'",
      { headers: ['Content-Type: text/plain'], body: 'a' },
    ],
    ['data without a type', "-d a -H 'Content-Type:'", { headers: [], body: 'a' }],
    ['data with a stale length', "-d ab -H 'content-length: 1'", { headers: [FORM], body: 'ab' }],
    ['data in a file, without its line ends', `-d @${PLAIN_LINES}`, { headers: [FORM], body: 'a bcd' }],
    ['data in a file, as it is', `--data-binary @${LINES}`, { headers: [FORM], body: 'a b\r\nc\0d\n' }],
    [
      'data that is not UTF-8',
      `--data-binary @${BINARY}`,
      { headers: [FORM], body: Uint8Array.of(255, 0, 10) },
    ],
    ['raw data', '--data-raw @a', { headers: [FORM], body: '@a' }],
    ['data to encode', "--data-urlencode 'a b~*é'", { headers: [FORM], body: 'a+b~%2A%C3%A9' }],
    ['data to encode, without its =', "--data-urlencode '=a=b'", { headers: [FORM], body: 'a%3Db' }],
    ['a field to encode', "--data-urlencode 'n[]=x&y@z'", { headers: [FORM], body: 'n[]=x%26y%40z' }],
    ['a file to encode', `--data-urlencode @${LINES}`, { headers: [FORM], body: 'a+b%0D%0Ac%00d%0A' }],
    [
      'a field to encode from a file',
      `--data-urlencode n@${LINES} -d z`,
      { headers: [FORM], body: 'n=a+b%0D%0Ac%00d%0A&z' },
    ],
    ['--json', `--json '{"a":' --json '1}'`, { headers: JSON_HEADERS, body: '{"a":1}' }],
    ['--json with a placeholder', `--json '{"a":"{{b}}"}'`, { headers: JSON_HEADERS, json: '{"a":"{{b}}"}' }],
    ['--json in a file', `--json @${LINES}`, { headers: JSON_HEADERS, body: 'a b\r\nc\0d\n' }],
    ['-F', "-F a=b -F 'f=@x;type=text/plain'", { form: ['a=b', 'f=@x;type=text/plain'] }],
    ['--form-string', '--form-string a=b', { form: ['a=b'] }],
    ['--form-string with what -F would read', `--form-string 'a=@x;"\\'`, { form: ['a="@x;\\"\\\\"'] }],
    ['-T', `-T ${LINES}`, { method: 'PUT', url: 'http://a/lines.txt', body: 'a b\r\nc\0d\n' }],
    [
      '-T with -X',
      `-T ${LINES} -X POST`,
      { method: 'POST', url: 'http://a/lines.txt', body: 'a b\r\nc\0d\n' },
    ],
  ])('%s', (_name, options, expected) => {
    expect(requestIn(`curl ${options} ${URL_GIVEN}`)).toEqual({ url: URL_GIVEN, headers: [], ...expected });
  });

  test.each<[string, string, string]>([
    ['--url', '--url http://a/b', 'http://a/b'],
    ['what is behind --', '-- a', 'a/'],
    ['no scheme', 'a:8080/b', 'a:8080/b'],
    ['an address of IPv6', 'http://[::1]:80/', 'http://[::1]:80/'],
    ['brackets around nothing', "'http://a/?b[]=1'", 'http://a/?b[]=1'],
    ['other brackets with -g', "-g 'http://a/{b}[1]'", 'http://a/{b}[1]'],
    ['data in the query', "-G -d a=1 --data-urlencode 'b=c d' http://a", 'http://a/?a=1&b=c+d'],
    ['data behind a query', "-G -d a=1 'http://a/?b=2#c'", 'http://a/?b=2&a=1'],
    ['data behind an open query', "-G -d a=1 'http://a/?b=2&'", 'http://a/?b=2&a=1'],
    ['data behind an empty query', "-G -d a=1 'http://a/?'", 'http://a/?a=1'],
    ['-G without data', '-G http://a/', 'http://a/'],
    ['a file without a path to go to', `-X GET -T ${LINES} http://a?b`, 'http://a/lines.txt?b'],
    ['a file with a name to go to', `-T ${LINES} http://a/b?c`, 'http://a/b?c'],
  ])('the URL with %s', (_name, rest, url) => {
    expect(requestIn(`curl.exe ${rest}`).url).toBe(url);
  });

  test('data in the query has no content type, and -I and -X keep their methods', () => {
    expect(requestIn('curl -G -d a http://b/')).toEqual({ url: 'http://b/?a', headers: [] });
    expect(requestIn('curl -G -I -d a http://b/').method).toBe('HEAD');
    expect(requestIn('curl -G -X POST -d a http://b/').method).toBe('POST');
  });
});

const OPTIONS_FILE = join(folder, 'options');
writeFileSync(
  OPTIONS_FILE,
  `compressed yes\nfoo secret\nuser = "a:secret\nheader\nconfig = ${OPTIONS_FILE.replaceAll('\\', '/')}\n`,
);
const HEADERS_FILE = join(folder, 'set-cookies');
writeFileSync(HEADERS_FILE, 'Set-Cookie: a=secret\n');

describe('what is refused', () => {
  const START = 'The curl command has to begin with the word curl: copy it with "Copy as cURL".';
  const signed = (sign: string, code: string, plain: string): string =>
    `The curl command has '${sign}' (U+${code}), which a shell does not know: write ${plain} for it.`;
  const GLOB =
    'The URL of the curl command has [ ] or { } that are neither a set nor a range, which curl refuses: add --globoff if they are part of it.';
  const unknown = (option: string): string =>
    `curl ${option}: volley does not know this option: leave it out, or use an option of volley.`;
  const missing = join(folder, 'missing');

  test.each<[string, string, readonly string[]]>([
    ['nothing', '', ['The curl command is empty: copy one with "Copy as cURL".']],
    ['another program', 'wget http://a/', [START.replace(':', ", not with 'wget':")]],
    ['a word before it', 'sudo curl http://a/', [START.replace(':', ", not with 'sudo':")]],
    ['quotes of prose', 'curl “http://a/”', [signed('“', '201C', `' or "`)]],
    ['quotes of prose behind an option', 'curl -H‘a:secret’ http://a/', [signed('‘', '2018', `' or "`)]],
    ['a hyphen of prose', "curl http://a/ ‑H 'a: secret'", [signed('‑', '2011', '-')]],
    ['a dash within an option', "curl http://a/ --data–raw 'secret'", [signed('–', '2013', '-')]],
    ['a secret before it', 'TOKEN=secret curl http://a/', [START]],
    [
      'a token that is empty',
      "curl --oauth2-bearer '' http://a/",
      ['curl --oauth2-bearer is empty: give the token, or leave the option out.'],
    ],
    [
      'protocols without that of the URL',
      'curl --proto =https http://a/',
      [
        "curl --proto '=https' does not allow http, which the URL has, so curl refuses it: change one of them.",
      ],
    ],
    [
      'what is no list of protocols',
      'curl --proto =9 https://a/',
      ["curl --proto '=9': give protocols such as =https or -all,https."],
    ],
    [
      'a name where none may be',
      'curl --disallow-username-in-url http://a:secret@b/',
      [
        'curl --disallow-username-in-url with a URL that has a user name, which curl refuses: leave one of them out.',
      ],
    ],
    [
      'a size that is none',
      'curl --max-filesize 1.5x http://a/',
      ["curl --max-filesize '1.5x': give a number of bytes, such as 1000 or 5M."],
    ],
    [
      'a protocol of proxies',
      'curl --haproxy-protocol http://a/',
      ['curl --haproxy-protocol: volley begins a connection with nothing but TLS or HTTP: leave it out.'],
    ],
    ['no URL', 'curl -s', ['The curl command has no URL: add one.']],
    ['half a range', "curl 'http://a/b]'", [GLOB]],
    [
      'options that are unknown, without what follows them',
      'curl --passwd secret -§secret --token=secret http://a/',
      [unknown('--passwd'), unknown('-§'), unknown('--token')],
    ],
    ['an option without its value', 'curl http://a/ -H', ['curl -H: give a value after it.']],
    ['a value too many', 'curl --silent=1 http://a/', ['curl --silent: it takes no value.']],
    [
      'a value behind a =',
      'curl --request=POST --user=a:secret http://a/',
      ['--request', '--user'].map(
        (option) =>
          `curl ${option} has its value after a =, which curl does not accept: write a blank instead of the =.`,
      ),
    ],
    ['part of a name behind --no-', 'curl --no-compr http://a/', [unknown('--no-compr')]],
    ['what is no switch', 'curl --no-http1.1 http://a/', [unknown('--no-http1.1')]],
    [
      'no HEAD, but a body',
      'curl --no-head -d x http://a/',
      ['curl --no-head asks for a GET, and the rest of the command does not: leave it out.'],
    ],
    ...[
      ...['-d {b,c}', '-d {"b":1,"c":2}', '-d {"b":1,"c":{"d":2}}', '-d b{1..3}', '-d x/{b,"c"}', '-dx{b,c}'],
      ...['http://b/{1..9..2}', 'http://b/{a,"b"}', '-g http://b/{a,b}', '-d {b,c} {b,c}y'],
    ].map((options): [string, string, string[]] => [
      options,
      `curl ${options} http://a/`,
      [
        'The curl command has { } outside quotes, which bash expands to several words: put quotes around the value that they belong to.',
      ],
    ]),
    ...['~', '~root/x', 'a=~', 'a=b:~', '~+'].map((value): [string, string, string[]] => [
      value,
      `curl -d ${value} http://a/`,
      [
        'The curl command has a ~ outside quotes, which bash replaces with a folder: write that folder, or put quotes around the value.',
      ],
    ]),
    ...[
      ['*', '*'],
      ['k?', '?'],
      ['[a]x', '[ ]'],
    ].map(([value, sign]): [string, string, string[]] => [
      value!,
      `curl -d ${value} http://a/`,
      [
        `The curl command has ${sign} outside quotes, which bash replaces with names of files: put quotes around the value.`,
      ],
    ]),
    [
      'a path that begins with a backslash',
      'curl http://a\\\\@b/ http:////a/',
      [
        'The URL of the curl command has a \\ in its host, which curl refuses: write / where the path begins.',
        'The URL of the curl command has no host, which curl refuses: write two slashes after the scheme, and the host.',
      ],
    ],
    [
      'an empty name',
      'curl http://:@a/',
      [
        "The URL of the curl command has an empty name before its @: leave the @ out, or say --user ':' to send one.",
      ],
    ],
    [
      'a file of cookies, which may be a cookie',
      'curl -b secret http://a/',
      [
        'curl --cookie with a file of cookies, since it has no =: it cannot be read (no such file or folder): check the path.',
      ],
    ],
    [
      'a limit in words',
      'curl -L --max-redirs few http://a/',
      ["curl --max-redirs 'few': give a whole number, or -1 for no limit."],
    ],
    ['a time in words', 'curl -m 5s http://a/', ["curl --max-time '5s': give a number of seconds."]],
    [
      'a password behind a certificate',
      'curl -E a.pem:secret http://a/',
      ['curl --cert: a password after the file is not taken: give a key without one.'],
    ],
    ['a part without a name', 'curl -F secret http://a/', ['curl --form: give it as name=value.']],
    [
      'a host that cannot be left out',
      "curl -H 'Host:' http://a/",
      ["curl --header 'Host:': a request has a host: give a value, or leave it out."],
    ],
    [
      'two bodies',
      'curl -d a --json 1 -F a=b http://a/',
      ['curl --data and --form: a request has one body: give one of them.'],
    ],
    [
      'a HEAD with a body',
      'curl -I -d a http://a/',
      ['curl --head with --data: HEAD has no body: leave one of them out.'],
    ],
    [
      'another body beside a query',
      'curl -G -d a -F b=c http://a/',
      ['curl --get with --data and --form: only --data goes into the query: leave one of them out.'],
    ],
    [
      'a name that is not UTF-8',
      "curl -u $'\\xff:secret' http://a/",
      ['curl --user: give it as UTF-8 text.'],
    ],
    [
      'a file of options that cannot be read, among others',
      `curl -K ${missing} -m x 'http://a b/'`,
      [
        `curl --config with the file '${missing}': it cannot be read (no such file or folder): check the path.`,
        'The URL of the curl command has a blank or a control character, which curl refuses: write a blank as %20.',
        "curl --max-time 'x': give a number of seconds.",
      ],
    ],
    [
      'a file of options that cannot be read, which may have the URL',
      `curl -K ${missing} -m x`,
      [
        `curl --config with the file '${missing}': it cannot be read (no such file or folder): check the path.`,
        "curl --max-time 'x': give a number of seconds.",
      ],
    ],
    [
      'files that cannot be read',
      `curl -d @${missing} -H @${missing} http://a/`,
      [
        `curl --data with the file '${missing}': it cannot be read (no such file or folder): check the path.`,
        `curl --header with the file '${missing}': it cannot be read (no such file or folder): check the path.`,
      ],
    ],
    [
      'a body without its length',
      "curl -H 'Content-Length:' -d x http://a/",
      [
        "curl --header 'Content-Length:' with a body: without its length nobody knows where it ends: leave one of them out.",
      ],
    ],
    [
      'a file of data with NUL bytes',
      `curl -d @${LINES} --data-ascii @${LINES} http://a/`,
      ['--data', '--data-ascii'].map(
        (option) =>
          `curl ${option} with the file '${LINES}': it has NUL bytes, and what happens to them and to the text after them depends on curl's version: give it with --data-binary.`,
      ),
    ],
    [
      'a file of data with carriage returns within lines',
      `curl -d @${RETURNS} http://a/`,
      [
        `curl --data with the file '${RETURNS}': it has carriage returns within lines, and what happens to them and to the text after them depends on curl's version: give it with --data-binary.`,
      ],
    ],
    [
      'two uploads, with other ends of lines',
      `curl -B -T ${LINES} -T ${LINES} http://a/`,
      [
        'curl --upload-file twice: each is for a URL of its own: give one of them.',
        'curl --use-ascii with --upload-file: it changes line ends: leave it out, and give the file with the line ends that you want.',
      ],
    ],
    [
      'what a proxy gets otherwise',
      "curl -x p:1 -U : -H 'Proxy-Authorization: x' --request-target /a http://a/é",
      [
        'The URL of the curl command has a path beyond ASCII, which curl gives a proxy as it is: write it percent-encoded.',
        'curl --proxy-user without a name and password: leave it out.',
        'curl --proxy-user with a Proxy-Authorization header: curl sends both: leave one of them out.',
        'curl --request-target with --proxy: a proxy needs the whole URL: leave one of them out.',
      ],
    ],
    [
      'several kinds of authorization',
      'curl -u a:b --oauth2-bearer x --basic http://a/',
      ['curl --oauth2-bearer with --basic: curl sends neither before it is asked: give one of them.'],
    ],
    [
      'Digest beside a header',
      "curl -u a:b --digest -H 'Authorization: x' http://a/",
      ['curl --digest with an Authorization header: give one of them.'],
    ],
    [
      'Digest with what the URL has',
      'curl --digest http://a:secret@b/',
      [
        'The URL of the curl command has a name and password, which --digest does not send before it is asked: give them with --user.',
      ],
    ],
    [
      'hosts that curl reads otherwise',
      'curl --digest -u a:b http://0x.1/',
      [
        'The URL of the curl command has a host that is an address to others and a name to curl: write it out.',
      ],
    ],
    [
      'headers that cannot be empty',
      "curl -H 'Host;' -H 'Content-Type;' -F a=b http://a/",
      ['Host;', 'Content-Type;'].map(
        (line) => `curl --header '${line}': give it with a colon and a value, or leave it out.`,
      ),
    ],
    [
      'headers in a file with NUL bytes',
      `curl -H @${LINES} http://a/`,
      ['curl --header with a file that has NUL bytes: no header can have them.'],
    ],
    [
      'several files',
      "curl -T '{f.txt,g.json}' http://a/",
      [
        "curl --upload-file '{f.txt,g.json}': { } and [ ] stand for several files there, and a request has one: name one file, or add --globoff where they are part of its name.",
      ],
    ],
    [
      'a range of files',
      "curl -X POST -T 'part[1-3].bin' http://a/",
      [
        "curl --upload-file 'part[1-3].bin': { } and [ ] stand for several files there, and a request has one: name one file, or add --globoff where they are part of its name.",
      ],
    ],
    [
      'what a shell would do',
      'curl http://a/?b=1|2',
      [
        "The curl command has '|' outside quotes: nothing is executed here: put quotes around the value that it belongs to, or leave it out.",
      ],
    ],
    [
      'an option that begins like several',
      'curl --dat a --prox b http://a/',
      [
        'curl --dat: several options begin like that (--data, --data-ascii, --data-raw, --data-binary and others): write it out.',
        'curl --prox: several options begin like that (--proxy, --proxy-user, --proxytunnel, --proxy-basic and others): write it out.',
      ],
    ],
    [
      'what volley cannot do, each by its name',
      'curl --ntlm -0 --socks5 p -K f --next -z now --crlf --interface eth0 --netrc -V http://a/',
      [
        'curl --ntlm: volley does Basic, Digest and bearer tokens: use --basic, --digest or --oauth2-bearer.',
        'curl -0: volley speaks HTTP/1.1 and HTTP/2: leave it out.',
        'curl --socks5: volley uses http:// proxies, with Basic authorization: use --proxy.',
        "curl --config with the file 'f': it cannot be read (no such file or folder): check the path.",
        'curl --next: each part of it has options of its own: give each to a run of its own, or make them the requests of a plan (mix).',
        'curl -z: it depends on files of earlier answers: give the header that it makes with --header.',
        'curl --crlf: volley cannot do that: leave it out, or write what it stands for.',
        'curl --interface: to choose where connections go, use --resolve, --connect-to or --unix-socket.',
        'curl --netrc: files of passwords are not read: give --user.',
        'curl -V: it sends no request: leave it out.',
      ],
    ],
    [
      'files from stdin, and cookies that a header says too',
      "curl -K - -b - -b x=1 -H 'Cookie: y=2' http://a/",
      [
        'curl --config with stdin (-): name a file.',
        'curl --cookie with a file and a Cookie header: give one of them.',
        'curl --cookie with stdin (-): name a file.',
      ],
    ],
    [
      'what a file of options says, as if it stood in the command',
      `curl -K ${OPTIONS_FILE} http://a/`,
      [
        'curl --compressed: it takes no value.',
        'curl --foo: volley does not know this option: leave it out, or use an option of volley.',
        'curl --header: give a value after it.',
        'curl --config: more than 20 files: do they name each other?',
      ],
    ],
    [
      'cookies as headers have them',
      `curl -b ${HEADERS_FILE} http://a/`,
      [
        'curl --cookie with a file of Set-Cookie headers: give one in the Netscape format, as --cookie-jar writes it.',
      ],
    ],
    [
      'values that cannot be read',
      "curl -r x -C - --proto-default ftp --cert-type DER --request-target '*' http://a/",
      [
        "curl --continue-at '-': give bytes, such as 100.",
        "curl --request-target '*': give a path that begins with a /.",
        "curl --proto-default 'ftp': choose http or https.",
        "curl --cert-type 'DER': only PEM files are read: convert it, and leave it out.",
      ],
    ],
    [
      'a blank in the path that is sent',
      "curl --request-target '/a b' http://a/",
      ["curl --request-target '/a b' has a character that no path may have: encode it, a blank as %20."],
    ],
    [
      'a header that the connection owns',
      "curl -H 'Connection: Upgrade' http://a/",
      ["curl --header 'Connection: Upgrade': volley says keep-alive or close there: leave the header out."],
    ],
    [
      'a blank in a URL',
      "curl 'http://a/b c'",
      [
        'The URL of the curl command has a blank or a control character, which curl refuses: write a blank as %20.',
      ],
    ],
  ])('%s', (_name, command, sentences) => {
    expect(problemsOf(command)).toEqual(sentences);
  });

  test('everything that is wrong, at once', () => {
    expect(problemsOf('curl -b x -m soon --max-redirs x -I -d a http://a/{')).toEqual([
      'curl --head with --data: HEAD has no body: leave one of them out.',
      'curl --cookie with a file of cookies, since it has no =: it cannot be read (no such file or folder): check the path.',
      GLOB,
      "curl --max-redirs 'x': give a whole number, or -1 for no limit.",
      "curl --max-time 'soon': give a number of seconds.",
    ]);
  });
});

describe('what is noted', () => {
  function notesOf(command: string): readonly string[] {
    const problems = new Problems();
    const notes: Words[] = [];
    readCurl(command, problems, notes);
    expect(problems.sentences).toEqual([]);
    return notes.map((note) => sentenceOf(note, commandLineTerms));
  }

  test.each<[string, string, readonly string[]]>([
    ['nothing of what is taken', 'curl -X PUT -d a -L http://a/', []],
    [
      'options that change nothing, once',
      'curl -s --silent -D - -c jar --no-progress-meter --tcp-nodelay http://a/',
      [
        'Of the curl command, -s, --silent, -D, -c, --no-progress-meter, --tcp-nodelay do not change the request and are ignored.',
      ],
    ],
    [
      'what the shell would do',
      'curl http://a/ 2> /dev/null | jq -r .secret',
      [
        "What the shell would do with curl's output ('2> /dev/null', '| jq') is not done: nothing is executed.",
      ],
    ],
    [
      'several URLs',
      'curl http://a/[1-2]/{x,y} http://b/',
      ['The curl command has 5 URLs: its request is sent to them in turn.'],
    ],
  ])('%s', (_name, command, notes) => {
    expect(notesOf(command)).toEqual(notes);
  });
});

describe('prompts', () => {
  test.each(['$ ', '% ', '> ', 'C:\\Users\\me>'])('%p before the command is left out', (prompt) => {
    expect(requestIn(`${prompt}curl http://a/`).url).toBe('http://a/');
  });
});

test('a command for cmd on one line has quotes doubled', () => {
  expect(requestIn('curl "http://a/" -d "{""a"":1}" --compressed').body).toBe('{"a":1}');
});

test.each<[string, string, string | undefined]>([
  ['a proxy with a user', '-x p:1 -U me:a/b', 'http://me:a%2Fb@p:1'],
  ['a proxy whose user is given twice', '-x http://x:y@p:1 -U me:z', 'http://x:y@p:1'],
  ['a proxy with a user in percent-encoding', '-x p:1 -U a%40:b%', 'http://a%40:b%25@p:1'],
  ['no proxy for any host', "-x p:1 --noproxy '*'", undefined],
  ['no proxy for the domain', '-x p:1 --noproxy example.org', undefined],
  ['no proxy for another one', '-x p:1 --noproxy ample.org', 'http://p:1'],
])('%s', (_name, options, proxy) => {
  expect(requestIn(`curl ${options} http://www.example.org/`).proxy).toBe(proxy);
});

describe('beside options of volley', () => {
  async function optionsOf(curl: string, own: RunOptions): Promise<RunOptions> {
    const problems: string[] = [];
    const { options } = await expandSources({ curl, ...own }, problems);
    expect(problems).toEqual([]);
    return options;
  }

  test.each<[string, string, RunOptions, RunOptions]>([
    [
      'a header replaces those of its name',
      "-H 'X-A: 1' -H 'x-a: 2' -H 'X-B: 3'",
      { headers: ['X-a: 4', 'X-a: 5'] },
      { headers: ['X-B: 3', 'X-a: 4', 'X-a: 5'] },
    ],
    [
      'so do cookies and a user agent, said either way',
      "-b a=1 -H 'User-Agent: x'",
      { headers: ['Cookie: b=2'], userAgent: 'y' },
      { headers: ['Cookie: b=2'], userAgent: 'y' },
    ],
    ['and an authorization', '-u a:b', { user: 'c:d' }, { headers: [], user: 'c:d' }],
    [
      'which a header may say',
      '--digest -u a:b',
      { headers: ['authorization: x'] },
      { headers: ['authorization: x'] },
    ],
    ['a body replaces any other', '-F a=b', { body: 'x' }, { headers: [], body: 'x' }],
    ['with its type', '-d a=b', { json: '{}' }, { headers: [], json: '{}' }],
    ['a method comes first', '-X PUT', { method: 'PATCH' }, { headers: [], method: 'PATCH' }],
  ])('%s', async (_name, command, own, expected) => {
    expect(await optionsOf(`curl ${command} http://a/`, own)).toEqual({
      url: 'http://a/',
      pathAsIs: true,
      ...expected,
    });
  });

  test('a name and password of the URL go where others are given', async () => {
    expect((await optionsOf('curl http://me:pw@a/', { user: 'c:d' })).url).toBe('http://a/');
  });

  test('several URLs are requests in turn, which differ in nothing else', async () => {
    const { mix, ...ofRun } = await optionsOf("curl -k -d x 'http://a/[1-2]' http://a/1", {
      headers: ['X-A: 1'],
      requests: 6,
    });
    const request = { headers: [FORM, 'X-A: 1'], body: 'x', pathAsIs: true };
    expect(ofRun).toEqual({ insecure: true, requests: 6 });
    expect(mix).toEqual([
      { ...request, url: 'http://a/1', name: 'http://a/1' },
      { ...request, url: 'http://a/2', name: 'http://a/2' },
      { ...request, url: 'http://a/1', name: 'http://a/1 (2)' },
    ]);
  });
});

test('a header given beside a command or a recording takes the place of theirs', async () => {
  const sent = [
    { name: 'X-A', value: '1' },
    { name: 'X-B', value: '1' },
  ];
  const entry = { request: { method: 'GET', url: URL_GIVEN, headers: sent }, response: { status: 200 } };
  const har = file('recorded.har', JSON.stringify({ log: { version: '1.2', entries: [entry] } }));
  const curl = `curl -H 'X-A: 1' -H 'X-B: 1' ${URL_GIVEN}`;
  const headersOf = async (options: RunOptions): Promise<readonly string[]> => {
    const { mix } = await readOptions({ ...options, headers: ['x-a: 2'] });
    const { headers } = mix[0]!.target;
    return headers.flatMap((name, index) =>
      index % 2 === 0 && /^x-/i.test(name) ? [`${name}: ${headers[index + 1]}`] : [],
    );
  };
  expect((await headersOf({ curl })).toSorted()).toEqual(['X-B: 1', 'x-a: 2']);
  expect((await headersOf({ har })).toSorted()).toEqual(['X-B: 1', 'x-a: 2']);
});
