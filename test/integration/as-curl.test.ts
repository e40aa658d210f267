import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { completePlan, readOptions } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import { NO_SUPPLIES } from '../../src/protocol/supplies.ts';
import { sendOnce } from '../../src/workers/send-once.ts';
import { type Captured, type CapturingServer, startCapturing } from '../support/capturing-server.ts';

const AT_ONCE = 8;
const { status, stdout: version } = spawnSync('curl', ['--version'], { encoding: 'utf8' });
const hasCurl = status === 0;
/** Other versions differ in the case of the digits of percent-encoded bytes. */
const isKnownVersion = hasCurl && version.startsWith('curl 7.88.');
if (!hasCurl && process.env['CI'] === 'true')
  throw new Error('curl is missing: install it, or the requests of curl commands are compared with nothing.');
if (!hasCurl)
  process.stderr.write('curl is missing: what it sends is not compared with what volley sends.\n');

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'volley-as-curl-'));
beforeAll(() => {
  // Commands name files as people do: from where they are.
  process.chdir(folder);
  writeFileSync('f.txt', 'a b\r\nc');
  writeFileSync('g.html', '<p>');
  writeFileSync('h.json', '{"a":1}\n');
  writeFileSync('a+[b] é.txt', 'x');
  writeFileSync('a"b\\c.txt', 'x');
  writeFileSync('in-french', 'header = X-A:à\nuser-agent voilàb\n-e à\n');
  writeFileSync('in-french-headers', 'X-B: voilà\nà\nX-C: à la carte\n');
  writeFileSync('empty', '');
  writeFileSync('unclosed', 'data-urlencode = "a\nuser-agent = "b" c\r\n\tdata-raw "c\\\r\n-e x\n');
  writeFileSync(
    'one-label',
    [cookie('.test', 'a=1'), cookie('.ex.test', 'b=1', '/', false, 1e20)]
      .map((fields) => fields.join('\t'))
      .join('\n')
      .replace('100000000000000000000', '99999999999999999999'),
  );
  writeFileSync('part-headers', ' X-A: 1\r\nX-B: 2  \n\n# c\n more \nX-C: a\n b \t\nX-D: é \n');
  writeFileSync('headers', 'A: 1\r\n\r\n# none\nB: 2\n');
  writeFileSync(
    'jar',
    `# Netscape HTTP Cookie File\n${COOKIES.map((fields) => fields.join('\t')).join('\n')}\nnone\n`,
  );
  writeFileSync('second-jar', cookie('127.0.0.1', 'name=again').join('\t'));
  writeFileSync('options', OPTIONS);
  writeFileSync(
    'more-options',
    'config = options\n-XPATCH\n--data-raw @f.txt second word\nget:\n no-get\nsilent\n',
  );
  writeFileSync(
    'bytes',
    Uint8Array.from({ length: 300 }, (_, index) => index % 256),
  );
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

function cookie(domain: string, pair: string, path = '/', secure = false, expires = 4_102_444_800): string[] {
  const [name = '', value = ''] = pair.split('=');
  const isBelow = domain.startsWith('.') ? 'TRUE' : 'FALSE';
  return [domain, isBelow, path, secure ? 'TRUE' : 'FALSE', String(expires), name, value];
}

const COOKIES = [
  cookie('127.0.0.1', 'session=1', '/', false, 0),
  cookie('127.0.0.1', 'name=1'),
  cookie('127.0.0.1', 'a=1', '/a'),
  cookie('127.0.0.1', 'slash=1', '/a/'),
  cookie('127.0.0.1', 'below=1', '/a/b'),
  cookie('127.0.0.1', 'secure=1', '/', true),
  cookie('127.0.0.1', 'old=1', '/', false, 1_000),
  cookie('#HttpOnly_127.0.0.1', 'hidden="x y"'),
  cookie('127.0.0.1', 'empty='),
  cookie('127.0.0.1', 'é=ü', ''),
  cookie('127.0.0.1', 'name=2'),
  cookie('127.0.0.1', '__Secure-a=1'),
  cookie('127.0.0.1', 'aaaa=same length, later first'),
  cookie('.ex.test', 'dot=1'),
  cookie('ex.test', 'exact=1'),
  cookie('.www.ex.test', 'www=1'),
  cookie('localhost', 'local=1', '/', true),
];
const OPTIONS = `# Options
  header = "X-A: a \\"q\\"\\t z" # none
-H "Cookie;"
/ none
* none
user-agent: me
user "a:b c"\r
referer=x y
compressed

`;

/** URLs begin with BASE; PORT is the port alone, and OTHER one more of the same server. */
function addressed(command: string, { port, otherPort }: CapturingServer): string {
  return command
    .replaceAll('BASE', `http://127.0.0.1:${port}`)
    .replaceAll('PORT', String(port))
    .replaceAll('OTHER', String(otherPort));
}

function runCurl(command: string): Promise<string> {
  return new Promise((resolve) => {
    // What a shell makes of $'\u20ac', and curl of a host's name, is a matter of the locale; volley's is always UTF-8.
    const options = { cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
    execFile('bash', ['-c', command], options, (_error, _stdout, stderr) => resolve(stderr));
  });
}

/** Null, or why nothing was sent. */
async function sendByVolley(options: RunOptions): Promise<string | null> {
  try {
    await send(options);
    return null;
  } catch (error) {
    return String(error);
  }
}

async function send(options: RunOptions): Promise<void> {
  const plan = await completePlan(await readOptions({ ...options, concurrency: 1, workers: 1, requests: 1 }));
  const [shard] = split(plan);
  for await (const _sent of sendOnce(shard!, NO_SUPPLIES)) {
    // What the server has captured counts.
  }
}

function inKnownCase(captured: Captured): Captured {
  if (isKnownVersion) return captured;
  return { ...captured, target: captured.target.replace(/%[\da-f]{2}/gi, (octet) => octet.toUpperCase()) };
}

interface Arrived {
  readonly curl: Captured[];
  readonly volley: Captured[];
  /** Why volley sends nothing. */
  readonly refusal: string | null;
}

/** What arrives of a command from curl, and from volley. */
async function both(command: string, client: 'undici' | 'wire'): Promise<Arrived> {
  const server = await startCapturing();
  try {
    const addressedCommand = addressed(command, server);
    await runCurl(addressedCommand.replace(/^curl/, 'curl -sS -m 10'));
    const curl = server.taken();
    const refusal = await sendByVolley({ curl: addressedCommand, client });
    return { curl: curl.map(inKnownCase), volley: server.taken().map(inKnownCase), refusal };
  } finally {
    server.close();
  }
}

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  'methods and URLs': [
    'curl BASE',
    'curl 127.0.0.1:PORT/x',
    'curl HTTP://127.0.0.1:PORT/x#y',
    'curl -X get BASE/',
    'curl -X PATCH BASE/a',
    'curl -I BASE/',
    "curl 'BASE/p?'",
    "curl 'BASE?x=../y'",
    "curl 'BASE/a/../b/./c//d/..'",
    "curl 'BASE/a/%2e%2e/b%zz'",
    "curl --path-as-is 'BASE/a/../b'",
    `curl -g "BASE/{}|^<>\\\\'\\"?q='x'{}[]"`,
    "curl 'BASE/é?é=ü#ö'",
    "curl 'BASE/\\[a\\]\\{?x[]=1'",
    "curl --request-target '/x?y' -e http://r/?a=* BASE/z",
    "curl --request-target '/é' BASE/",
    "curl 'BASE/[1-3]'",
    "curl 'BASE/{a,b}x[01-05:2]?y={,1}' 'BASE/[a-c]'",
    'curl BASE/1 --url BASE/2 -d x',
    'curl --proto-default http 127.0.0.1:PORT/x',
    'curl http://LOCALHOST:PORT/a LocalHost:0PORT/b http://localhost:PORT/c',
    "curl 'http://user:pw@{LOCALHOST,Localhost}:PORT/[1-2]?é'",
    "curl -H 'Host: x.Example' http://LOCALHOST:PORT/",
    'curl --connect-to EXAMPLE.test:80:127.0.0.1:PORT http://Example.TEST:80/',
    'curl --connect-to example.test::127.0.0.1:PORT EXAMPLE.test',
    'curl --resolve Example.test:PORT:127.0.0.1 http://eXample.test:PORT/a',
    'curl --connect-to ::127.0.0.1:PORT http://BÜCHER.Example/ http://xn--BCHER-kva.test/ http://My_Host.test:0080/',
    'curl http://0X7F.1:PORT/ 127.1:PORT/',
    'curl http:/127.0.0.1:PORT/a HTTP:///localhost:PORT/b',
    'curl BASE/{a,b}/[1-2] 127.0.0.1:PORT/{c,d}{1,2}',
    "curl 'BASE/[00-02]' 'BASE/[a-e:2]' 'BASE/{one}' 'BASE/{,a}' 'BASE/{a\\,b,c}' 'BASE/[1-2]?x=[3-4]'",
    "curl 'BASE/%' 'BASE/%zz%1' 'BASE/%00' 'BASE/a;b=c,d:e@f!$&()*+=' 'BASE/a/..;/b' BASE/... 'BASE/a?b?c'",
    "curl 'BASE/a|b\\c^d~e' 'BASE/?q=<x>&y=`z`' BASE//a//b// BASE/..",
    'curl BASE/x\\?a\\=1\\&b=2 127.0.0.1:PORT?x 127.0.0.1:PORT#x',
    'curl -X M-SEARCH BASE/',
    'curl -I -X GET BASE/',
    'curl -4 http://2130706433:PORT/ 0177.0.0.1:PORT/',
    "curl --resolve 'x.test:PORT:[::1],127.0.0.1' http://x.test:PORT/",
    'curl --path-as-is -G -d a BASE/x/../y BASE/./?b=c',
    'curl --path-as-is --url-query a BASE/x/../y',
    "curl 'BASE/[a-a:1]' 'BASE/[1-3:2]'",
  ],
  data: [
    'curl -d a=1 --data b=2 --data-ascii c BASE/',
    "curl -d '' BASE/",
    'curl -d @f.txt --data-binary @f.txt --data-raw @f.txt BASE/',
    'curl --data-binary @bytes BASE/',
    "curl --data-urlencode 'a b' --data-urlencode =x= --data-urlencode 'n=v w' --data-urlencode @f.txt --data-urlencode n@f.txt BASE/",
    "curl --data-urlencode 'a@b=c' --data-urlencode 'é(~)!*' BASE/",
    'curl --json \'{"a":\' --json 1} BASE/',
    'curl --json @h.json BASE/',
    "curl --json 'not json' BASE/",
    "curl --json '' BASE/",
    'curl --data-urlencode n@empty -d x --data-urlencode @empty BASE/',
    'curl --url-query n@empty --url-query a BASE/',
    "curl --json 1 -H 'Accept: x' -H 'content-type: y' BASE/",
    'curl -d a --json b -d c BASE/',
    'curl -G --json a=1 BASE/',
    "curl -G -d a=1 -d b=2 --data-urlencode 'c=d e' 'BASE/?x=1#f'",
    "curl -G -d a=1 'BASE/p?'",
    "curl -G -d a=1 'BASE/p?b=2&'",
    'curl -G -I -d a BASE/',
    'curl -G BASE/',
    'curl -G --data-binary é BASE/',
    "curl -G --data-urlencode e@f.txt --data-urlencode 'é=É/' -d 'a=%2F%zz%C' 'BASE/x%2F?u=%2F'",
    "curl --url-query a=%2F --url-query +x=%2F 'BASE/z?%2F' 'BASE/é%C3%A9?é'",
    "curl --url-query 'a=b c' --url-query '+d=%20' 'BASE/x?q=1'",
    "curl -d x=1 --url-query a --url-query '=c d' --url-query n@f.txt BASE/",
    'curl -d a -X GET BASE/',
    'curl -d a -X PUT BASE/',
    "curl -d $'\\xff\\xe9' BASE/",
    "curl -G -d '' BASE 'BASE/?' 'BASE/?x=1' 'BASE/?x=1&'",
    "curl --url-query '' BASE 'BASE/?x=1'",
    "curl --url-query + --url-query '' --url-query a BASE",
    "curl -G --json '' BASE/x",
    'curl -GdX=1 -dy --data-urlencode z=1+1 BASE/q',
    "curl -d 'a' -d '' -d 'b' -d @f.txt -d c BASE/",
    "curl --data-urlencode = --data-urlencode '' --data-urlencode '=a=b' --data-urlencode 'a=%20+' BASE/",
    `curl -d "a\\b\\"c\\$d" -d it\\'s -d 'it'\\''s' -d a"b"'c'$'d'e BASE/`,
    "curl -d $'\\cA\\a\\v\\?\\x1\\x\\U1F600\\u20ac\\351' BASE/",
    'curl -d \'{a,b}\' -d \\{a,b} -d {} -d {a -d "{a",b} BASE/',
    "curl -d 'two\nlines' BASE/",
    'curl -d {"a":1} BASE/',
    "curl -d $'\\x{41}\\c?\\c\\\\x\\U110000' -d k~ -d ~'' -d '~' -d \\~ -d 'a*?' BASE/",
    'curl -d k\\[a] -d []=1 -d "{a,b}" -A x BASE/{a,b}?x[]=* BASE/{a,b}{c,d}/[1-2]*',
    'curl -d x BASE/x -d y\\ ',
  ],
  uploads: [
    'curl -T f.txt BASE/',
    'curl -T f.txt BASE',
    "curl -T f.txt 'BASE/d/?q'",
    'curl -T bytes BASE/d',
    "curl -g -T 'a+[b] é.txt' BASE/",
    `curl -T 'a"b\\c.txt' BASE/up/`,
    'curl -T f.txt BASE/up%2F/ ',
    'curl -T f.txt BASE/up%2F',
    "curl -T f.txt -X POST -H 'Content-Type: a/b' BASE/x",
    "curl -T '' BASE/",
    'curl -T f.txt BASE?',
    'curl -T f.txt BASE/..',
    "curl --path-as-is -T f.txt 'BASE/a/../.?'",
    'curl --path-as-is -T f.txt BASE/a/../b',
  ],
  forms: [
    'curl -F a=b -F c=d BASE/',
    'curl -F a=@f.txt BASE/',
    `curl -F 'a="@f.txt"' -F 'b=\\@f' BASE/`,
    "curl -F 'a=<g.html' -F 'b=<f.txt' BASE/",
    "curl --form-string 'a=@f.txt;type=x' --form-string 'b=<x' --form-string 'c=\"q\\' --form-string 'd= (x) ' BASE/",
    "curl -F 'a={};type=application/json;charset=UTF-8' BASE/",
    "curl -F 'a=b;type=text/html; charset=utf-8 ;filename=x' BASE/",
    "curl -F 'a=b;filename=x.html' -F 'c=d;type=text/plain' BASE/",
    `curl -F 'a="b;type=c";type=text/css' BASE/`,
    `curl -F 'a=b;headers="X-A: 1";headers=X-B: 2;encoder=base64' BASE/`,
    "curl -F 'a=@bytes;encoder=base64' BASE/",
    "curl -F 'a=b;encoder=8bit' -F 'c=d;encoder=BINARY' -F 'e=f;encoder=7bit' BASE/",
    "curl -F 'a=b;headers=@headers' BASE/",
    `curl -F 'a=@f.txt;headers="Content-Type: a/b"' BASE/`,
    'curl -F a=@f.txt,g.html BASE/',
    "curl -F 'a=@f.txt;filename=z , g.html;type=text/css' BASE/",
    `curl -F 'a=@f.txt;filename="q\\"x\\\\y.txt"' BASE/`,
    `curl -F 'a=@"f.txt"' -F b=@h.json -F c=@bytes BASE/`,
    "curl -F 'a=@f.txt;filename=/x/y.txt' BASE/",
    "curl -F '=x' -F 'na\"me=v' BASE/",
    `curl -F 'a=  sp  ' -F 'b=" q "' -F 'c= "x" ' -F 'd="x' -F 'e=x"y' BASE/`,
    "curl -F $'n\\nm=v\\nw' BASE/",
    "curl -F 'é=ü' -F 'x=@f.txt;filename=é' BASE/",
    "curl -H 'Content-Type: multipart/form-data' -F a=b BASE/",
    "curl -H 'content-type: application/json' -F a=b BASE/",
    'curl -F a=b -X PUT BASE/',
    "curl -F 'x=<h.json;type=application/json' -F x= -F 'a=1;TYPE=text/html' -F '=@f.txt' BASE/",
    `curl --form 'f=@"f.txt"' --form 'k="v with \\"q\\""' BASE/`,
    `curl -F 'a=@f.txt;headers="content-type: q/r";headers="X: 1";encoder=7bit' -F 'b=c;headers="Content-Type: q/r";type=a/b' BASE/`,
    "curl -F 'a=b;headers=@part-headers' -F 'c=@f.txt;headers=<part-headers' BASE/",
    "curl -F 'a=@f.txt;filename=.pdf' -F 'b=@f.txt;filename=xhtml' -F 'c=d;filename=.JPG' BASE/",
    "curl -F '=a' -F '=@f.txt' -F b=c -H 'Content-Type: text/plain' BASE/",
  ],
  'headers and authorization': [
    "curl -H 'X-A:1' -H 'X-A: 2' -H 'X-D;' -H 'X-E:' -H foo -H 'X-C; d' BASE/",
    'curl -H @headers BASE/',
    "curl -H 'Accept:' -H 'User-Agent:' BASE/",
    "curl -H 'Accept;' -A '' BASE/",
    "curl -A me -e 'http://x/;auto' BASE/",
    "curl -A x -H 'User-Agent: y' -e r -H 'Referer: s' BASE/",
    "curl -e ';auto' BASE/",
    "curl -e 'http://r/;auto;x' BASE/",
    "curl -b a=1 -b 'b=2; c=3' BASE/",
    "curl -b a=1 -H 'Cookie: b=2' BASE/",
    "curl -b a=1 -H 'Cookie:' BASE/",
    "curl -b '' BASE/",
    'curl --compressed BASE/',
    "curl --compressed -H 'Accept-Encoding: br' BASE/",
    'curl -u me:pw BASE/',
    'curl -u me: BASE/',
    "curl -u 'é:ü:x' BASE/",
    'curl -u me:pw http://a:b@127.0.0.1:PORT/',
    'curl http://a%40:b%3A@127.0.0.1:PORT/',
    'curl http://a@127.0.0.1:PORT/',
    "curl -u me:pw -H 'Authorization: x' http://a:b@127.0.0.1:PORT/",
    'curl --oauth2-bearer t -u a:b http://a:b@127.0.0.1:PORT/',
    'curl --digest -u a:b BASE/',
    'curl --digest -u a:b -d x BASE/',
    'curl --digest --basic -u a:b BASE/',
    'curl -r 0-5 BASE/',
    'curl -r -5 BASE/',
    'curl -r 7 BASE/',
    'curl --range 0-1,4-5 BASE/',
    "curl -r 0-5 -H 'Range: x' BASE/",
    'curl -C 5 BASE/',
    "curl -H 'Host: x.example' BASE/",
    "curl -H 'X-A; ' -H 'X-B;' -H 'X-C;;' -H 'X-D;  b' -H ':' -H '' BASE/",
    "curl -HX-A:1 -H'X-B:   a: b  ' -H $'X-C: a\\tb' -H 'X: a' -H 'x:' BASE/",
    'curl -uuser:pass -sSfkLo /dev/null -Abot -bk=v -ehttp://ref/ BASE/x',
    "curl -u : -b 'a=1;' -b '; b=2' BASE/",
    "curl -u :x http://u@127.0.0.1:PORT/ 'http://u%3ap:%20x@127.0.0.1:PORT/' 'http://a:b:c@127.0.0.1:PORT/'",
    "curl -H 'Content-Type:' -d x BASE/ -H 'Cookie: a=1' -H 'Cookie: b=2'",
    "curl -H 'Connection: close' BASE/",
    "curl -H $'X-A: \\xe9' -H 'X-B: é' BASE/",
    // The last byte of an à is a blank in Latin-1.
    "curl -H 'X-A: voilà' -H 'X-B:à' -A 'voilà' -e à -b 'a=voilà' BASE/",
  ],
  'cookies and options in files': [
    'curl -b jar BASE BASE/ab BASE/a BASE/a/ BASE/a/b?x=/c BASE/A',
    'curl -b x=1 -b jar -b y=2 BASE/a',
    'curl -j -b jar BASE/',
    'curl -b jar -b second-jar http://localhost:PORT/ BASE/',
    'curl -b jar --connect-to ::127.0.0.1:PORT http://www.ex.test/ http://EX.test/a http://notex.test/',
    "curl -b jar -H 'Host: www.ex.test:99' BASE/{a,b}",
    'curl -K options BASE/x',
    'curl -K unclosed BASE/x',
    'curl -b @jar BASE/a',
    'curl -b one-label --connect-to ::127.0.0.1:PORT http://www.ex.test/ http://test/',
    'curl -K in-french -H @in-french-headers BASE/x',
    'curl -A before -Kmore-options BASE/ -X PUT -A after',
  ],
  redirects: [
    'curl -L BASE/redirect/302',
    'curl -L --max-redirs 0 BASE/redirect/302',
    'curl -L --proto-redir =https BASE/redirect/302',
    'curl -L --proto =http --proto-redir -https,+http BASE/redirect/302',
    "curl -L --proto-redir -http 'BASE/redirect/302?to=http://127.0.0.1:OTHER/x'",
    "curl -L --disallow-username-in-url 'BASE/redirect/302?to=http://u:p@127.0.0.1:OTHER/x'",
    "curl -L --disallow-username-in-url 'BASE/redirect/302?to=/a@b'",
    'curl -L BASE/redirect/300 BASE/redirect/304 BASE/redirect/305 BASE/redirect/399',
    'curl -L -d x BASE/redirect/300?to=/redirect/399',
    'curl -L -d x BASE/redirect/302',
    'curl -L -d x BASE/redirect/307',
    'curl -L -X POST -d x BASE/redirect/301',
    'curl -L -X POST -d x BASE/redirect/303',
    'curl -L -X PUT -d x BASE/redirect/302',
    'curl -L -X PUT -d x BASE/redirect/308',
    'curl -L -X DELETE BASE/redirect/303',
    'curl -L -T f.txt BASE/redirect/302',
    'curl -L -T f.txt BASE/redirect/303',
    'curl -L -X POST -T f.txt BASE/redirect/302',
    'curl -L -X PATCH -T f.txt BASE/redirect/303',
    'curl -L -I BASE/redirect/303',
    'curl -L -F a=b BASE/redirect/301',
    'curl -L -u a:b -b c=d BASE/redirect/301',
    'curl --max-redirs 3 BASE/redirect/302',
    "curl -L -d x -H 'Content-Type: a/b' -H 'X: y' BASE/redirect/303",
    "curl -L -X POST -d x -H 'content-type: a/b' BASE/redirect/301",
    "curl -L -T f.txt -H 'Content-Type: a/b' -H 'Content-Encoding: gzip' BASE/redirect/303",
    "curl -L --json '{}' BASE/redirect/302",
    "curl -L --json '{}' -X PUT BASE/redirect/303",
    "curl -L -H 'Cookie: x=y' -e http://a/ 'BASE/redirect/302#frag'",
  ],
  'methods that stay on redirects': [
    'curl -L --post301 -d x BASE/redirect/301',
    'curl -L --post302 -d x BASE/redirect/301',
    'curl -L --post303 --json {} BASE/redirect/303',
    'curl -L --post301 --post302 --post303 -F a=b BASE/redirect/301?to=/redirect/302?to=/redirect/303',
    'curl -L --post301 -X PUT -d x BASE/redirect/301',
    'curl -L --post303 -T f.txt BASE/redirect/303',
    'curl -L -d x BASE/redirect/301?to=/redirect/307',
  ],
  'who asks, on redirects': [
    'curl -L -u a:b BASE/redirect/302?to=http://127.0.0.1:OTHER/redirect/302?to=BASE/x',
    'curl -L -u a:b BASE/redirect/302?to=http://localhost:PORT/redirect/302?to=BASE/x',
    'curl -L http://a:b@127.0.0.1:PORT/redirect/302?to=//127.0.0.1:PORT/x',
    'curl -L -u a:b BASE/redirect/302?to=http://c:d@127.0.0.1:PORT/x',
    'curl -L BASE/redirect/302?to=http://c:d@127.0.0.1:PORT/redirect/302?to=/redirect/302?to=BASE/x',
    'curl -L http://a:b@127.0.0.1:PORT/redirect/302?to=http://c:d@127.0.0.1:PORT/x',
    'curl -L BASE/redirect/302?to=http://c:d@127.0.0.1:OTHER/x',
    'curl -L BASE/redirect/302?to=http://c:d@localhost:PORT/redirect/302?to=BASE/x',
    "curl -L 'BASE/redirect/302?to=http://c%40:d%3a@127.0.0.1:PORT/x' BASE/redirect/302?to=http://c@127.0.0.1:PORT/x",
    "curl -L -H 'Authorization: x' -H 'Cookie: y' BASE/redirect/302?to=http://c:d@localhost:PORT/redirect/302?to=BASE/x",
    'curl -L --oauth2-bearer t BASE/redirect/302?to=http://127.0.0.1:OTHER/redirect/302?to=BASE/x',
    'curl --location-trusted -u a:b BASE/redirect/302?to=http://c:d@localhost:PORT/x',
    'curl --location-trusted BASE/redirect/302?to=http://c:d@127.0.0.1:OTHER/x',
    "curl --location-trusted -H 'Authorization: x' -H 'Cookie: a=b' -H 'Host: h' BASE/redirect/302?to=http://localhost:PORT/x",
    "curl -L -H 'Host: h.test' BASE/redirect/302?to=http://127.0.0.1:OTHER/redirect/302?to=http://localhost:PORT/x",
    "curl -L -e 'http://r/;auto' 'http://u:p@127.0.0.1:PORT/a/../redirect/302#f'",
    "curl -L -e ';auto' -H 'Referer: x' BASE/redirect/302",
  ],
  'where redirects lead': [
    'curl -L --path-as-is BASE/a/../redirect/302?to=/x/../y/./z',
    'curl -L --path-as-is BASE/a/../redirect/302?to=x/../y',
    'curl -L --path-as-is BASE/redirect/302?to=BASE/x/../y',
    'curl -L BASE/a/b/redirect/302?to=../y/../z',
    'curl -L BASE/redirect/302?to=http://LocalHost:PORT/redirect/302?to=/x',
    'curl -L --connect-to ::127.0.0.1:PORT http://A.test/redirect/302?to=//B.test/x',
    'curl --connect-to ::127.0.0.1:PORT http://[::ffff:127.0.0.1]:PORT/ http://[::FFFF:1.2.3.4]/ http://[FE80::A]/',
    'curl --connect-to ::127.0.0.1:PORT http://[0::FFFF:7f00:0001]/ http://[::1.2.3.4]/ http://[0:0::1]/ -L http://[1::2]/redirect/302?to=http://[::ffff:1.2.3.4]/x',
  ],
  'how redirects are written': [
    "curl -L 'BASE/redirect/302?to=/(c3)(bc)(20)x?(c3)(20)b%C3(20)#(20)' 'BASE/redirect/302?to=x?' 'BASE/redirect/302?to=BASE?'",
    "curl -L 'BASE/d/redirect/302?to=#x' 'BASE/redirect/302?to=(20)/a(20)b(20)' 'BASE/redirect/302?to=BASE?a(20)b' -H 'X: y'",
    "curl -L 'BASE/redirect/302?to=BASE/redirect/303?to=/x?y?&a=b'",
    'curl -L BASE/d/redirect/302?to=http:/127.0.0.1:PORT/x BASE/redirect/302?to=http:///127.0.0.1:PORT/x',
    'curl -L BASE/d/redirect/302?to=http:x BASE/redirect/302?to=127.0.0.1:PORT/x BASE/redirect/302?to=localhost:PORT/x',
    "curl -L 'BASE/redirect/302?to=/a(09)b' 'BASE/redirect/302?to=/a(01)' BASE/d/e/redirect/302?to=.//x BASE/d/e/redirect/302?to=..//x",
    "curl -L -e ';auto' http://LocalHost:PORT/redirect/302?to=/redirect/302?to=BASE/x",
    'curl -L http://x:y@127.0.0.1:PORT/redirect/302?to=http://c@127.0.0.1:PORT/z',
    'curl -L http://x:y@127.0.0.1:PORT/redirect/302?to=http://:c@127.0.0.1:PORT/z',
    'curl -L --digest BASE/redirect/302?to=http://c:d@127.0.0.1:PORT/z',
    "curl -L --max-redirs 1 'BASE/redirect/302?to=?' 'BASE/redirect/302?to=?a(20)b'",
  ],
  'cookies that come on the way': [
    "curl -L 'BASE/redirect/302?&set=a=1;path=/'",
    "curl -L -b x=y 'BASE/redirect/302?&set=a=1;path=/'",
    "curl -L -b '' 'BASE/redirect/302?&set=a=à;path=/&set=b=1;path=/'",
    "curl -L -b '' 'BASE/redirect/302?&set=a=1;path=/&set=no-sign;path=/&set==v;path=/'",
    "curl -L -c /dev/null -b x=y 'BASE/redirect/302?&set=x=2;path=/&set=bb=1;path=/&set=c=1;path=/done/&set=d=1;path=/do&set=e=1;path=/'",
    "curl -L -b jar -b z=1 'BASE/redirect/302?&set=name=new;path=/&set=aaaa=;max-age=0;path=/&set=zzzz=4;path=/'",
    "curl -L -b jar 'BASE/redirect/302?to=/a/b/c&set=q=1;path=/a'",
    "curl -L -b jar -b z=1 -u a:b 'BASE/redirect/302?to=http://localhost:PORT/redirect/302?to=BASE/y&set=q=1;path=/'",
    "curl -L -b z=1 'BASE/redirect/302?to=http://localhost:PORT/x'",
    "curl -L -b jar -b z=1 'BASE/redirect/302?to=http://127.0.0.1:OTHER/x'",
    "curl -L -b '' -H 'Cookie:' 'BASE/redirect/302?to=http://localhost:PORT/x&set=q=1;path=/'",
    "curl -L -b '' 'BASE/redirect/302?to=/redirect/302?to=/x&set=a=1;path=/&set=a=2;path=/&set=s=1;path=/;secure&set=t=1;domain=127.0.0.1'",
    "curl -L -b '' --connect-to ::127.0.0.1:PORT 'http://www.ex.test/redirect/302?to=http://api.ex.test/redirect/302?to=http://www.ex.test/&set=a=1;domain=ex.test;path=/&set=b=1;path=/&set=c=1;domain=test;path=/&set=d=1;domain=www.ex.test;path=/'",
    "curl -L -b '' -H 'Host: www.ex.test' 'BASE/redirect/302?&set=a=1;domain=ex.test;path=/&set=b=1;path=/'",
    "curl -L -b '' 'BASE/redirect/302?&set=a=1;path=/;expires=Fri,31-Dec-2099&set=b=1;path=/;expires=Thu,01-Jan-1970-00:00:00-GMT&set=c=1;path=/;max-age=-1'",
  ],
  'through a proxy, which is the server itself': [
    'curl -x 127.0.0.1:PORT http://example.test',
    "curl -x http://me:p%40ss@127.0.0.1:PORT 'http://example.test:80/a?b=c#d'",
    'curl -x 127.0.0.1:PORT -U me:pw -d x http://example.test:8080/a/../b',
    "curl -x 127.0.0.1:PORT -H 'Proxy-Authorization: x' -H 'Host: y' http://example.test/",
    'curl -x 127.0.0.1:PORT -U me:pw -u a:b http://example.test/ http://other.test/',
    'curl -x 127.0.0.1:PORT -U me:pw -L http://example.test/redirect/302',
    'curl -x 127.0.0.1:PORT --digest -u a:b http://example.test/x',
    'curl -x 127.0.0.1:PORT -I http://example.test/',
    'curl -p -x 127.0.0.1:PORT -U me:pw http://example.test/',
    'curl -x 127.0.0.1:PORT http://T.Example/ HTTP://T.EXAMPLE:080/x http://ex%41mple/',
    'curl -x http://me:pw@127.0.0.1:PORT -U a:b http://example.test/',
    'curl -x 127.0.0.1:PORT -U a%40:b%3a http://example.test/',
    'curl -x 127.0.0.1:PORT --connect-to ::other.test:81 http://example.test/',
  ],
  'what is passed over': [
    'curl --no-get --no-location --insec -d x --no-progress-meter BASE/',
    'curl -o /dev/null -D /dev/null -c /dev/null -w "" -JR --output-dir /tmp --create-dirs BASE/',
    'curl --tcp-nodelay --ssl-no-revoke --trace-ascii /dev/null --no-keepalive -q --connect-timeout 3 BASE/',
    "curl --proxy http://127.0.0.1:9/ --noproxy '127.0.0.0/8' BASE/",
    "curl -x 127.0.0.1:9 --noproxy '*' BASE/",
    'curl -x 127.0.0.1:9 --noproxy x,127.0.0.1 BASE/',
    'curl --resolve x.example:PORT:127.0.0.1 http://x.example:PORT/',
    'curl --resolve +x.example:PORT:127.0.0.1 http://x.example:PORT/',
    'curl --connect-to x.example:80:127.0.0.1:PORT http://x.example/',
    'curl BASE/ > /dev/null 2>&1 | cat;',
    'curl --proto =http BASE/a',
    'curl --proto -all,http,ftp BASE/b',
    "curl --proto '' BASE/c",
    'curl --proto =https,+HTTP BASE/d',
    'curl --max-filesize 5M --max-filesize 0 BASE/',
    'curl --disallow-username-in-url BASE/a@b',
    'curl --retry 3 --retry-delay 1 --retry-connrefused --rate 2/s -m .5e1 BASE/',
    'curl \\\n  --http1.1 \\\n  BASE/ \\\n',
  ],
  'more of a day': [
    'curl -b \'q="a b"; é=ü\' BASE/',
    'curl -b jar -b x=1 -G -d y=2 BASE/a/b',
    "curl -c out.jar -L 'BASE/redirect/302?set=z=1&to=/q'",
    "curl -b jar -H 'Host: other.test' BASE/",
    "curl -G --data-urlencode 'a=1&2=3' 'BASE/?b'",
    'curl --data-urlencode n@g.html -G BASE/',
    'curl -T f.txt -G BASE/a',
    'curl BASE/1 -o /dev/null BASE/2 -o /dev/null',
    "curl -d x 'BASE/[001-003]/{a,b}'",
    "curl 'http://{a,b}:pw@127.0.0.1:PORT/'",
    'curl --compressed --no-compressed BASE/',
    `curl --json '{}' -H 'Accept:' -H 'Content-Type:' BASE/`,
    "curl --json x --data-urlencode 'a=b c' BASE/",
    `curl -F 'f=@f.txt;type="text/plain; charset=x"' -F 'g=@f.txt;filename=x y.txt;type=a/b' BASE/`,
    "curl -F 'a=b' -F 'a=c' -X PATCH BASE/",
    'curl -F a=b -G BASE/',
    'curl --connect-to :PORT:127.0.0.1:OTHER BASE/o',
    'curl --resolve a.test:PORT:127.0.0.1 --resolve b.test:PORT:127.0.0.1 http://a.test:PORT/1 http://b.test:PORT/2',
    "curl -L -T f.txt 'BASE/redirect/302?to=/n'",
    "curl -L -d a 'BASE/redirect/302?to=n/../m'",
    "curl -L -b a=b -H 'Authorization: q' 'BASE/redirect/302?to=http://127.0.0.1:OTHER/n'",
    'curl -OJ BASE/file.bin',
    'curl -C 10 BASE/',
  ],
};

/** Of these curl sends nothing, or something that volley cannot send: volley says which part it does not take. */
const REFUSED: readonly string[] = [
  'curl --request=POST BASE/',
  'curl --proto =https BASE/',
  'curl --proto -http BASE/',
  'curl --proto =ftp 127.0.0.1:PORT/',
  'curl --proto =nothing BASE/',
  'curl --disallow-username-in-url http://a@127.0.0.1:PORT/',
  'curl --disallow-username-in-url -u b:c http://a:b@127.0.0.1:PORT/',
  'curl --max-filesize x BASE/',
  'curl --user=a:b BASE/',
  'curl --no-compr BASE/',
  'curl --no-head -F a=b BASE/',
  'curl http://u%00x:p@127.0.0.1:PORT/',
  'curl http://u@v:p@127.0.0.1:PORT/',
  'curl //127.0.0.1:PORT/x',
  "curl 'BASE/x#a '",
  "curl --connect-to ::127.0.0.1:PORT 'http://a+b/'",
  "curl --connect-to ::127.0.0.1:PORT 'http://a(b)/'",
  "curl 'BASE/[1-1:3]'",
  "curl -F '=)' BASE/",
];

const suite = hasCurl ? describe : describe.skip;

suite.each(['undici', 'wire'] as const)(
  'what arrives from volley is what arrives from curl, by %s',
  (client) => {
    test.each(Object.entries(FAMILIES))('%s', async (_family, commands) => {
      const left = commands.values();
      const arrived: ({ command: string } & Arrived)[] = [];
      const next = async (): Promise<void> => {
        for (const command of left) arrived.push({ command, ...(await both(command, client)) });
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      expect(arrived).toHaveLength(commands.length);
      expect(arrived.filter(({ curl }) => curl.length === 0).map(({ command }) => command)).toEqual([]);
      const byVolley = arrived.map(({ command, volley, refusal }) => ({
        command,
        arrived: volley,
        refusal,
      }));
      expect(byVolley).toEqual(
        arrived.map(({ command, curl }) => ({ command, arrived: curl, refusal: null })),
      );
    });

    test('what curl refuses is refused', async () => {
      for (const command of REFUSED)
        expect({ command, ...(await both(command, client)) }).toEqual({
          command,
          curl: [],
          volley: [],
          refusal: expect.stringMatching(/curl/),
        });
    });
  },
);
