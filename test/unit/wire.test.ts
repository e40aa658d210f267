import { describe, expect, test } from '@jest/globals';
import { REFUSALS } from '../../src/workers/clients/wire/http1/refusal.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';
import { fc } from '../support/properties.ts';
import { byUndici, byWire, type Exchange, type Outcome } from '../support/responses.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const LAST_CHUNK = '0\r\n\r\n';

/** Taken or refused by both clients alike. */
const ALIKE: Readonly<Record<string, string>> = {
  'a known length': `${OK}content-length: 5\r\n\r\nhello`,
  'names in any case, colons and blanks in values': `${OK}Content-LENGTH:\t 5\r\nX: a:b \r\nx:\r\n\r\nhello`,
  'no body': `${OK}content-length: 0\r\n\r\n`,
  'a body until the end of the connection': `${OK}\r\nuntil the end`,
  'less than was announced': `${OK}content-length: 50\r\n\r\nhello`,
  'more than was announced': `${OK}content-length: 3\r\n\r\nhello`,
  'a second answer': `${OK}content-length: 0\r\n\r\nHTTP/1.1 299 Stray\r\ncontent-length: 0\r\n\r\n`,
  'a second answer behind a last one': `${OK}content-length: 0\r\nconnection: close\r\n\r\n${OK}\r\n`,
  'empty lines before and behind': `\r\n\r\n${OK}content-length: 0\r\n\r\n\r\n`,
  'values in Latin-1': `${OK}x: \xe9\xff\r\ncontent-length: 0\r\n\r\n`,
  'a field called __proto__': `${OK}__proto__: x\r\ncontent-length: 0\r\n\r\n`,
  'a status without a reason': 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
  'a status with an empty reason': 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n',
  'a status beyond 599': 'HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.0': 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello',
  'HTTP/1.0 that stays': 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 5\r\n\r\nhello',
  'an interim answer': `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 0\r\n\r\n`,
  'two interim answers': `HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\n${OK}content-length: 0\r\n\r\n`,
  'a 101 that nobody asked for': `HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n${OK}\r\n`,
  '204 without a length': 'HTTP/1.1 204 No Content\r\n\r\n',
  '204 with a body': 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello',
  '204 with a length of zero': 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n',
  'connection: close': `${OK}connection: Close\r\ncontent-length: 0\r\n\r\n`,
  'connection: close among others': `${OK}connection: foo,\tclose , bar\r\ncontent-length: 0\r\n\r\n`,
  'connection: closed': `${OK}connection: closed\r\ncontent-length: 0\r\n\r\n`,
  'connection: close, keep-alive': `${OK}connection: close, keep-alive\r\ncontent-length: 0\r\n\r\n`,
  'proxy-connection: close': `${OK}proxy-connection: close\r\ncontent-length: 0\r\n\r\n`,
  'keep-alive: timeout=0': `${OK}keep-alive: timeout=0\r\ncontent-length: 0\r\n\r\n`,
  'keep-alive: timeout=5, max=9': `${OK}keep-alive: timeout=5, max=9\r\ncontent-length: 0\r\n\r\n`,
  chunks: `${CHUNKED}5\r\nhello\r\n0005\r\nworld\r\n${LAST_CHUNK}`,
  'an empty chunked body': CHUNKED + LAST_CHUNK,
  Chunked: `${OK}Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n${LAST_CHUNK}`,
  'chunk extensions': `${CHUNKED}5;a;b=c;d="e\\"f"\r\nhello\r\n0;z\r\n\r\n`,
  'a trailer': `${CHUNKED}5\r\nhello\r\n0\r\nChecksum: 1\r\nother: 2\r\n\r\n`,
  'something behind the last chunk': `${CHUNKED}5\r\nhello\r\n${LAST_CHUNK}x`,
  'an unfinished chunk': `${CHUNKED}5\r\nhel`,
  'an unfinished head': 'HTTP/1.1 200 OK\r\ncontent-le',
  'no answer': '',
  'another protocol': '220 mail.example ESMTP ready\r\n',
  'lower case': 'http/1.1 200 OK\r\n\r\n',
  'HTTP/1.2': 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n',
  'two blanks before the status': 'HTTP/1.1  200 OK\r\ncontent-length: 0\r\n\r\n',
  'a status of two digits': 'HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n',
  'a status below 100': 'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n',
  'bare line feeds': 'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
  'a bare line feed behind a field': `${OK}content-length: 0\n\r\n`,
  'a bare line feed behind the head': `${OK}content-length: 0\r\n\n`,
  'a bare carriage return in a reason': 'HTTP/1.1 200 O\rK\r\ncontent-length: 0\r\n\r\n',
  'a bare carriage return in a value': `${OK}x: a\rb\r\ncontent-length: 0\r\n\r\n`,
  'a blank before the colon': `${OK}x : a\r\ncontent-length: 0\r\n\r\n`,
  'a blank before the name': `${OK} x: a\r\ncontent-length: 0\r\n\r\n`,
  'no name': `${OK}: a\r\ncontent-length: 0\r\n\r\n`,
  'no colon': `${OK}x\r\ncontent-length: 0\r\n\r\n`,
  'NUL in a value': `${OK}x: a\0b\r\ncontent-length: 0\r\n\r\n`,
  'DEL in a value': `${OK}x: a\x7fb\r\ncontent-length: 0\r\n\r\n`,
  'an empty length': `${OK}content-length: \r\n\r\n`,
  'a length with a sign': `${OK}content-length: +5\r\n\r\nhello`,
  'a length in hexadecimal': `${OK}content-length: 0x5\r\n\r\nhello`,
  'a length that nobody can count to': `${OK}content-length: 99999999999999999999\r\n\r\nhello`,
  'a length and chunks': `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${LAST_CHUNK}`,
  'chunks and a length': `${OK}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n${LAST_CHUNK}`,
  ...Object.fromEntries(
    [
      '5\nhello\r\n',
      '5\r\nhello\n',
      '5\r\nhelloX\r\n',
      'g\r\n',
      '\r\n',
      '-5\r\nhello\r\n',
      '0x5\r\nhello\r\n',
      'fffffffffffffffff\r\nhello\r\n',
      '5;\r\nhello\r\n',
      '5;a="b\r\nhello\r\n',
      '5;a="b"c\r\nhello\r\n',
      '5;a=b c\r\nhello\r\n',
      '0\r\na b\r\n\r\n',
      '0\r\n\n',
    ].map((chunk) => [`the chunk ${JSON.stringify(chunk)}`, `${CHUNKED}${chunk}${LAST_CHUNK}`]),
  ),
};

/** Refused by wire alone; docs/clients.md says why. */
const STRICTER: Readonly<Record<string, readonly [keyof typeof REFUSALS, string]>> = {
  'a coding besides chunked': [
    'WIRE_TRANSFER_ENCODING',
    `${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  ],
  'a coding that is not chunked': ['WIRE_TRANSFER_ENCODING', `${OK}transfer-encoding: gzip\r\n\r\nabc`],
  identity: ['WIRE_TRANSFER_ENCODING', `${OK}transfer-encoding: identity\r\n\r\nabc`],
  'chunked twice': [
    'WIRE_TRANSFER_ENCODING',
    `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n${LAST_CHUNK}`,
  ],
  'chunks in HTTP/1.0': [
    'WIRE_TRANSFER_ENCODING',
    `HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${LAST_CHUNK}`,
  ],
  'HTTP/2.0 in a status line': ['WIRE_STATUS_LINE', 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
  'HTTP/0.9 in a status line': ['WIRE_STATUS_LINE', 'HTTP/0.9 200 OK\r\ncontent-length: 0\r\n\r\n'],
  'a control character in the reason': [
    'WIRE_STATUS_LINE',
    'HTTP/1.1 200 O\x01K\r\ncontent-length: 0\r\n\r\n',
  ],
  'an extension without its value': ['WIRE_CHUNK', `${CHUNKED}5;a=\r\nhello\r\n${LAST_CHUNK}`],
  'a Connection of 300 bytes': [
    'WIRE_FRAMING_FIELD',
    `${OK}connection: ${'x'.repeat(300)}\r\ncontent-length: 0\r\n\r\n`,
  ],
};

const MORE = `${OK}content-length: 5\r\n\r\nhello`;
const answerOf = (fields: string, body = 'hello'): string => `${OK}${fields}\r\n\r\n${body}`;
const inChunks = (fields: string): string => answerOf(fields, `5\r\nhello\r\n${LAST_CHUNK}`);
const chunksOf = (...chunks: string[]): string => `${CHUNKED}${chunks.join('')}${LAST_CHUNK}`;

/** Read as RFC 9110 and RFC 9112 say; undici refuses most of them, or closes the connection behind them. */
const BY_THE_STANDARD: Readonly<Record<string, readonly [text: string, expected: Partial<Outcome>]>> = {
  ...Object.fromEntries(
    [
      'content-length: 5 ',
      'content-length: 5\t',
      'content-length:5',
      'content-length:\t 5 \t ',
      'Content-Length: 5\r\nCONTENT-LENGTH: 5',
      'content-length: 5, 5',
      'content-length: ,5 ,, 5,',
      'content-length:\r\n 5',
      'content-length: 5\r\n\t',
      'x: a\r\n b\r\n\tc\r\ncontent-length: 5',
      'content-length: 5\r\nx:\r\n \r\n y',
      'transfer-encoding: \r\ncontent-length: 5',
    ].map((fields) => [JSON.stringify(fields), [answerOf(fields), { statuses: [200], body: 'hello' }]]),
  ),
  ...Object.fromEntries(
    [
      'transfer-encoding: chunked ',
      'transfer-encoding:chunked\t',
      'Transfer-Encoding: \tCHUNKED \t',
      'transfer-encoding: chunked,',
      'transfer-encoding: , ,chunked ,',
      'transfer-encoding:\r\n chunked',
      'transfer-encoding:\r\ntransfer-encoding: chunked',
    ].map((fields) => [JSON.stringify(fields), [inChunks(fields), { statuses: [200], body: 'hello' }]]),
  ),
  'a folded end of the connection': [
    answerOf('content-length: 5\r\nconnection: a,\r\n close'),
    { body: 'hello', isReused: false },
  ],
  'a 100': [`HTTP/1.1 100 Continue\r\n\r\n${MORE}`, { statuses: [100, 200], body: 'hello' }],
  'many of them, with fields': [
    `HTTP/1.1 100 C\r\nx: y\r\n\r\nHTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nlink: </a>\r\n\r\nHTTP/1.1 199 ?\r\n\r\n${MORE}`,
    { statuses: [100, 100, 103, 199, 200], body: 'hello' },
  ],
  'a 100 of HTTP/1.0': [`HTTP/1.0 100 Continue\r\n\r\n${MORE}`, { statuses: [100, 200], body: 'hello' }],
  'a 101 that switches to nothing': [
    `HTTP/1.1 101 Switching\r\n\r\n${MORE}`,
    { statuses: [101, 200], body: 'hello' },
  ],
  'a 100 with the fields of a body': [
    `HTTP/1.1 100 C\r\ncontent-length: 9\r\n\r\nHTTP/1.1 102 P\r\ntransfer-encoding: chunked\r\n\r\n${MORE}`,
    { statuses: [100, 102, 200], body: 'hello' },
  ],
  'an interim answer that announces the end': [
    `HTTP/1.1 103 E\r\nconnection: close\r\n\r\n${MORE}`,
    { statuses: [103, 200], body: 'hello', isReused: false },
  ],
  ...Object.fromEntries(
    [204, 304].flatMap((status) =>
      [
        'content-length: 5',
        'transfer-encoding: chunked',
        'transfer-encoding: gzip',
        'content-length: 5\r\ntransfer-encoding: chunked',
      ].map((fields) => [
        `${status} with ${JSON.stringify(fields)}`,
        [`HTTP/1.1 ${status} N\r\n${fields}\r\n\r\n`, { statuses: [status], body: '' }] as const,
      ]),
    ),
  ),
  'a 304 of HTTP/1.0': [
    'HTTP/1.0 304 N\r\ntransfer-encoding: chunked\r\n\r\n',
    { statuses: [304], isReused: false },
  ],
  'a 304 with a body that must not be there': [
    `HTTP/1.1 304 N\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n${LAST_CHUNK}`,
    { statuses: [304], body: '', isReused: false },
  ],
  ...Object.fromEntries(
    ['5 ', '5  \t', '5 ;a', '5; a', '5\t;\ta = b ; c\t=\t"d" ', '5;a ;b'].map((line) => [
      `the chunk line ${JSON.stringify(line)}`,
      [chunksOf(`${line}\r\nhello\r\n`), { statuses: [200], body: 'hello' }],
    ]),
  ),
  ...Object.fromEntries(
    ['content-length: 5', 'connection: close', 'keep-alive: timeout=0', 'transfer-encoding: chunked'].map(
      (field) => [
        `${field} in a trailer`,
        [`${CHUNKED}5\r\nhello\r\n0\r\n${field}\r\n\r\n`, { statuses: [200], body: 'hello' }],
      ],
    ),
  ),
};
/** After these undici leaves the connection; wire waits for a body that must not be there, and leaves it then. */
const ODDLY_EMPTY = /HTTP\/1\.1 (204|304).*(content-length|transfer-encoding):/is;
/** What only wire reads: of an answer with any of these undici's refusal says nothing about wire. */
const ONLY_WIRE_READS: readonly RegExp[] = [
  // Interim answers, and folded lines.
  /HTTP\/1\.. 1\d\d/i,
  /\r\n[\t ]/,
  // The next line may go on with this one.
  /content-length:[^\r]*\r\n$/i,
  // Blanks and commas around a value.
  /[\t ,]\r\n/,
  /content-length:[^\r]*,/i,
  /content-length:.*content-length:/is,
  // A length beside chunks, which only a body makes a contradiction.
  /content-length:.*transfer-encoding:|transfer-encoding:.*content-length:/is,
  // Blanks in the line before a chunk.
  /^[0-9a-f]+[\t ]|;[\t ]|[\t ];|[\t ]=|=[\t ]/im,
];

const exchangeOf = (text: string, ends: boolean, method = 'GET', ...cuts: number[]): Exchange => {
  const bytes = Buffer.from(text, 'latin1');
  const places = [0, ...cuts, bytes.length];
  const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
  return { pieces: pieces.filter(({ length }) => length > 0), method, ends };
};

/** undici leaves the blanks behind values. */
const trimmed = (fields: unknown): unknown =>
  JSON.parse(JSON.stringify(fields), (_name, value) => (typeof value === 'string' ? value.trim() : value));

/** What has to be the same in both clients; why an answer is refused, each says in its own words. */
const judged = (outcome: Outcome): unknown => {
  const { result, statuses, body, isReused } = outcome;
  const [headers, trailers] = [trimmed(outcome.headers), trimmed(outcome.trailers)];
  return result === 'refused' ? { result } : { result, statuses, headers, trailers, body, isReused };
};

const everyCut = (text: string): number[] =>
  Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => at + 1);

// Thousands of refusals are errors, and a stream looks at the stack of each.
Error.stackTraceLimit = 3;

/** What a client makes of a text that is cut once, behind its first byte, its second, and so on. */
async function atEveryCut(text: string, ends: boolean, client: typeof byWire): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const cut of everyCut(text)) outcomes.push(await client(exchangeOf(text, ends, 'GET', cut)));
  return outcomes;
}

describe.each([true, false])('the server ends the connection: %s', (ends) => {
  test.each(Object.entries(ALIKE))('%s: both clients alike, also cut at every place', async (_name, text) => {
    const whole = judged(await byUndici(exchangeOf(text, ends)));
    expect(judged(await byWire(exchangeOf(text, ends)))).toEqual(whole);
    expect(judged(await byWire(exchangeOf(text, ends, 'GET', ...everyCut(text))))).toEqual(whole);
    const wire = await atEveryCut(text, ends, byWire);
    const undici = await atEveryCut(text, ends, byUndici);
    expect(wire.map(judged)).toEqual(undici.map(judged));
  });

  test.each(Object.entries(STRICTER))('%s: refused by wire alone', async (_name, [code, text]) => {
    expect(await byUndici(exchangeOf(text, true))).toMatchObject({ result: 'complete' });
    expect(await byWire(exchangeOf(text, ends))).toMatchObject({ result: 'refused', code });
    const outcomes = await atEveryCut(text, ends, byWire);
    expect(outcomes).toMatchObject(outcomes.map(() => ({ result: 'refused', code })));
  });

  test.each(Object.entries(BY_THE_STANDARD))(
    '%s: read by wire, also cut at every place',
    async (_name, [text, expected]) => {
      const outcome = { result: 'complete', isReused: !ends, ...expected };
      expect(await byWire(exchangeOf(text, ends))).toMatchObject(outcome);
      expect(await byWire(exchangeOf(text, ends, 'GET', ...everyCut(text)))).toMatchObject(outcome);
      const outcomes = await atEveryCut(text, ends, byWire);
      expect(outcomes).toMatchObject(outcomes.map(() => outcome));
    },
  );

  test.each([
    'content-length: 5\r\nconnection: keep-alive\r\n',
    'content-length: 5\r\n',
    'transfer-encoding: chunked\r\n',
  ])('HEAD is answered without a body: %j', async (fields) => {
    for (const text of [`${OK}${fields}\r\n`, `${OK}${fields}\r\nhello`]) {
      const exchange = exchangeOf(text, ends, 'HEAD');
      expect(judged(await byWire(exchange))).toEqual(judged(await byUndici(exchange)));
    }
  });
});

test('after an answer to HEAD without any length only wire keeps the connection', async () => {
  const exchange = exchangeOf(`${OK}\r\n`, false, 'HEAD');
  expect(await byUndici(exchange)).toMatchObject({ result: 'complete', isReused: false });
  expect(await byWire(exchange)).toMatchObject({ result: 'complete', isReused: true });
});

test.each([
  ['a head', (filler: string) => `${OK}x: ${filler}`],
  ['a reason', (filler: string) => `HTTP/1.1 200 ${filler}`],
  ['a chunk extension', (filler: string) => `${CHUNKED}5;a=${filler}`],
  ['a trailer', (filler: string) => `${CHUNKED}0\r\nx: ${filler}`],
  ['a name', (filler: string) => OK + filler],
])('%s that does not end is refused after 16 KiB', async (_name, textOf) => {
  const short = textOf('x'.repeat(16_000));
  expect(await byWire(exchangeOf(short, false))).toMatchObject({ result: 'pending' });
  const pieces = Array.from({ length: 20 }, () => Buffer.from('x'.repeat(1_000)));
  const endless = { pieces: [Buffer.from(textOf('')), ...pieces], method: 'GET', ends: false };
  expect(await byWire(endless)).toMatchObject({ result: 'refused', code: 'WIRE_HEAD_SIZE' });
});

test('each reason to refuse is met by a case', async () => {
  const texts = [...Object.values(ALIKE), ...Object.values(STRICTER).map(([, text]) => text)];
  const outcomes = await Promise.all(texts.map((text) => byWire(exchangeOf(text, true))));
  const met = new Set(outcomes.map(({ code }) => code));
  // The limit of a head's size has its own test.
  expect(Object.keys(REFUSALS).filter((code) => !met.has(code))).toEqual(['WIRE_HEAD_SIZE']);
});

const pieces = fc.constantFrom(
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 204 No\r\n',
  'HTTP/1.1 304 \r\n',
  'HTTP/1.1 103 Early\r\n',
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 503 Busy\r\n',
  'content-length: 5\r\n',
  'content-length: 0\r\n',
  'transfer-encoding: chunked\r\n',
  'connection: close\r\n',
  'connection: keep-alive\r\n',
  'x-any: thing\r\n',
  '\r\n',
  '5\r\n',
  '5;a=b\r\n',
  'hello',
  '0\r\n',
  '\r',
  '\n',
  ' ',
  ':',
  'A',
);
/** Answers that are nearly right: their usual parts in a usual order, some changed, left out or put in. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom(...Object.values(ALIKE)),
    fc.array(
      fc.tuple(fc.nat(200), fc.nat(3), fc.oneof(pieces, fc.string({ unit: ANY_CHARACTER, maxLength: 2 }))),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce(
      (changed, [place, left, put]) =>
        changed.slice(0, place % (changed.length + 1)) +
        put +
        changed.slice((place % (changed.length + 1)) + left),
      text,
    ),
  )
  .map((text) => Buffer.from(text, 'latin1').toString('latin1'));
const anyAnswer = fc.oneof(
  nearlyRight,
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
);

test('wire takes nothing that undici refuses, and what both take is the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyAnswer, fc.boolean(), fc.constantFrom('GET', 'HEAD'), async (text, ends, method) => {
      const exchange = exchangeOf(text, ends, method);
      const [wire, undici] = await Promise.all([byWire(exchange), byUndici(exchange)]);
      if (wire.result === 'refused' && wire.code?.startsWith('WIRE_')) return;
      if (undici.result !== 'complete' && ONLY_WIRE_READS.some((form) => form.test(text))) return;
      const { isReused: _undici, ...expected } = judged(undici) as Outcome;
      const { isReused, ...actual } = judged(wire) as Outcome;
      expect(actual).toEqual(expected);
      if (method === 'GET' && undici.isReused === false && !ODDLY_EMPTY.test(text))
        expect(isReused ?? false).toBe(false);
    }),
    {
      numRuns: 1_200,
      // A length that can become none is refused before its line is complete.
      // A line end before the status line, whose reason looks like a field.
      examples: [
        ['HTTP/1.1 200 OK\r\ncontent-length: 0A', false, 'GET'],
        ['\nHTTP/1.1 200 OK: a\r\ncontent-length: 0\r\n\r\n', false, 'GET'],
        ['HTTP/1.1 204 No\r\ntransfer-encoding: chunked\r\n\r\n', false, 'GET'],
      ],
    },
  );
});

test('however the bytes are cut, wire comes to the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyAnswer,
      fc.array(fc.nat(300), { maxLength: 8 }),
      fc.boolean(),
      async (text, places, ends) => {
        const cuts = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
        const whole = await byWire(exchangeOf(text, ends));
        const inPieces = await byWire(exchangeOf(text, ends, 'GET', ...cuts));
        expect(judged(inPieces)).toEqual(judged(whole));
      },
    ),
    {
      numRuns: 600,
      // A length that can become none, cut before the end of its line.
      examples: [['HTTP/1.1 200 OK\r\ncontent-length: 0:\r\n', [35], false]],
    },
  );
});
