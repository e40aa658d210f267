import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/metrics/random.ts';
import { Outbox } from '../../src/workers/clients/wire/http2/outbox.ts';
import { firstHead, RequestEncoder } from '../../src/workers/clients/wire/http2/request-frames.ts';
import { comparable, type Outcome, sessionWith } from '../support/http2-session.ts';
import { problemOfRandomFrames } from '../support/random-frames.ts';
import {
  answer,
  data,
  FLAG,
  FRAME,
  fieldBlock,
  frame,
  goaway,
  head,
  reset,
  settings,
  windowUpdate,
} from '../support/raw-http2.ts';
import { expectSame } from '../support/same.ts';

const OPENING = settings();

function after(bytes: Buffer, count = 2, wantsFields = false): Outcome {
  const { session, outcome } = sessionWith(count, null, 1, wantsFields);
  session.read(bytes, bytes.length);
  return outcome();
}

const padded = (streamId: number, type: number, flags: number, payload: Buffer, padding: number): Buffer =>
  frame(
    type,
    flags | FLAG.padded,
    streamId,
    Buffer.concat([Buffer.of(padding), payload, Buffer.alloc(padding)]),
  );

const FINE = fieldBlock([[':status', '200']]);
const LONG = head(1, 200, [['content-length', '9']]);
const NO_HEADERS_END = FLAG.none;

/** What the target sends behind its SETTINGS, and what becomes of the first two requests; what is written behind the ACK. */
const CASES: [name: string, frames: Buffer[], told: string[][], written?: string[]][] = [
  [
    'two answers',
    [answer(1), answer(3)],
    [
      ['200', '+5', 'end'],
      ['200', '+5', 'end'],
    ],
  ],
  [
    'answers in another order, mixed',
    [head(3, 200), head(1, 201), data(3, 'ab', 0), data(1, 'c'), data(3, 'd')],
    [
      ['201', '+1', 'end'],
      ['200', '+3', 'end'],
    ],
  ],
  ['an answer without a body', [head(1, 204, [], FLAG.endHeaders | FLAG.endStream)], [['204', 'end'], []]],
  [
    'padding',
    [
      padded(1, FRAME.headers, FLAG.endHeaders, FINE, 7),
      padded(1, FRAME.data, 0, Buffer.from('ab'), 0),
      padded(1, FRAME.data, FLAG.endStream, Buffer.from('c'), 255),
    ],
    [['200', '+3', 'end'], []],
  ],
  [
    'priority',
    [
      frame(FRAME.headers, FLAG.endHeaders | 32, 1, Buffer.concat([Buffer.alloc(5), FINE])),
      frame(2, 0, 1, Buffer.alloc(5)),
      data(1, 'a'),
    ],
    [['200', '+1', 'end'], []],
  ],
  [
    'CONTINUATION',
    [
      frame(FRAME.headers, NO_HEADERS_END, 1, FINE.subarray(0, 3)),
      frame(FRAME.continuation, 0, 1, FINE.subarray(3, 6)),
      frame(FRAME.continuation, FLAG.endHeaders, 1, FINE.subarray(6)),
      data(1, 'a'),
    ],
    [['200', '+1', 'end'], []],
  ],
  [
    'a trailer',
    [head(1, 200), data(1, 'a', 0), frame(FRAME.headers, 5, 1, fieldBlock([['x', 'y']]))],
    [['200', '+1', 'end'], []],
  ],
  [
    'interim answers',
    [head(1, 103, [['link', '</a>']]), head(1, 100), answer(1)],
    [['103', '100', '200', '+5', 'end'], []],
  ],
  ['PING', [frame(FRAME.ping, 0, 0, Buffer.alloc(8)), answer(1)], [['200', '+5', 'end'], []], ['ping 0']],
  [
    'what nobody knows',
    [frame(0x42, 0xff, 1, Buffer.alloc(99)), settings([[0xabc, 1]]), answer(1)],
    [['200', '+5', 'end'], []],
    ['settings 0'],
  ],
  ['an empty DATA that ends', [head(1, 200), data(1, '')], [['200', 'end'], []]],
  [
    'a reset before the head',
    [reset(1, 2), answer(3)],
    [['RST_STREAM_INTERNAL_ERROR'], ['200', '+5', 'end']],
  ],
  [
    'a reset in the body',
    [LONG, data(1, 'abc', 0), reset(1, 8), answer(3)],
    [
      ['200', '+3', 'RST_STREAM_CANCEL'],
      ['200', '+5', 'end'],
    ],
  ],
  [
    'a reset behind the end',
    [answer(1), reset(1, 0), answer(3)],
    [
      ['200', '+5', 'end'],
      ['200', '+5', 'end'],
    ],
  ],
  [
    'a reset of all that was to come',
    [LONG, data(1, 'abcdefghi', 0), reset(1, 0)],
    [['200', '+9', 'end'], []],
  ],
  ['a stream that is refused', [reset(1, 7), answer(3)], [['again'], ['200', '+5', 'end']]],
  [
    'an end before the length',
    [LONG, data(1, 'abc'), answer(3)],
    [
      ['200', '+3', 'SHORT_BODY'],
      ['200', '+5', 'end'],
    ],
  ],
  [
    'more than the length',
    [LONG, data(1, '0123456789'), answer(3)],
    [
      ['200', 'WIRE_CONTENT_LENGTH'],
      ['200', '+5', 'end'],
    ],
    ['rstStream 1(1)'],
  ],
  [
    'two lengths',
    [
      head(1, 200, [
        ['content-length', '9'],
        ['content-length', '8'],
      ]),
    ],
    [['WIRE_CONTENT_LENGTH'], []],
    ['rstStream 1(1)'],
  ],
  [
    'a length that is none',
    [head(1, 200, [['content-length', '+9']])],
    [['WIRE_CONTENT_LENGTH'], []],
    ['rstStream 1(1)'],
  ],
  ['a body of a 204', [head(1, 204), data(1, 'a')], [['204', 'WIRE_BODY'], []], ['rstStream 1(1)']],
  [
    'no status',
    [frame(FRAME.headers, 4, 1, fieldBlock([['x', 'y']]))],
    [['WIRE_STATUS'], []],
    ['rstStream 1(1)'],
  ],
  [
    'a status of two digits',
    [frame(FRAME.headers, 4, 1, fieldBlock([[':status', '20']]))],
    [['WIRE_STATUS'], []],
    ['rstStream 1(1)'],
  ],
  [
    'a status behind fields',
    [
      frame(
        FRAME.headers,
        4,
        1,
        fieldBlock([
          ['x', 'y'],
          [':status', '200'],
        ]),
      ),
    ],
    [['WIRE_STATUS'], []],
    ['rstStream 1(1)'],
  ],
  ['a name with a capital', [head(1, 200, [['X-y', 'z']])], [['WIRE_FIELD'], []], ['rstStream 1(1)']],
  ['a line end in a value', [head(1, 200, [['x', 'y\r\nz: a']])], [['WIRE_FIELD'], []], ['rstStream 1(1)']],
  [
    'a field of HTTP/1.1',
    [head(1, 200, [['connection', 'close']])],
    [['WIRE_FIELD'], []],
    ['rstStream 1(1)'],
  ],
  ['101', [head(1, 101)], [['WIRE_ORDER'], []], ['rstStream 1(1)']],
  ['an interim answer that ends', [head(1, 103, [], 5)], [['WIRE_ORDER'], []], ['rstStream 1(1)']],
  [
    'a trailer that does not end',
    [head(1, 200), head(1, 200)],
    [['200', 'WIRE_ORDER'], []],
    ['rstStream 1(1)'],
  ],
  [
    'a body before the head, and what comes late',
    [data(1, 'a'), head(1, 200), answer(3)],
    [['WIRE_ORDER'], ['200', '+5', 'end']],
    ['rstStream 1(1)'],
  ],
  [
    'goodbye with both seen',
    [goaway(3), answer(1), answer(3)],
    [
      ['200', '+5', 'end'],
      ['200', '+5', 'end'],
    ],
  ],
  ['goodbye with one unseen', [goaway(1), answer(1)], [['200', '+5', 'end'], ['again']]],
  ['goodbye in two steps', [goaway(2 ** 31 - 1), goaway(1), answer(1)], [['200', '+5', 'end'], ['again']]],
];

const broken = (what: string, code = 1): [string, number] => [what, code];

/** What ends the connection, and every request with it. */
const BROKEN: [name: string, frames: Buffer[], what: string, code: number][] = [
  ['DATA of no stream', [data(0, 'a')], ...broken('DATA of no stream')],
  ['HEADERS of no stream', [head(0, 200)], ...broken('HEADERS of no stream')],
  ['SETTINGS of a stream', [frame(FRAME.settings, 0, 1)], ...broken('SETTINGS of stream 1')],
  [
    'a piece of a setting',
    [frame(FRAME.settings, 0, 0, Buffer.alloc(7))],
    ...broken('SETTINGS of 7 bytes', 6),
  ],
  [
    'an ACK that says something',
    [frame(FRAME.settings, 1, 0, Buffer.alloc(6))],
    ...broken('SETTINGS of 6 bytes', 6),
  ],
  ['pushes allowed', [settings([[2, 1]])], ...broken('a server that allows pushes')],
  [
    'a window that is too large',
    [settings([[4, 2 ** 31]])],
    ...broken('an initial window of 2147483648 bytes', 3),
  ],
  ['frames that are too long', [settings([[5, 99]])], ...broken('a longest frame of 99 bytes')],
  ['a short PING', [frame(FRAME.ping, 0, 0, Buffer.alloc(7))], ...broken('PING of 7 bytes', 6)],
  ['a short goodbye', [frame(FRAME.goaway, 0, 0, Buffer.alloc(7))], ...broken('GOAWAY of 7 bytes', 6)],
  ['a short reset', [frame(FRAME.rstStream, 0, 1, Buffer.alloc(3))], ...broken('RST_STREAM of 3 bytes', 6)],
  ['a reset of nothing', [reset(5, 0)], ...broken('a frame about stream 5, which was never opened')],
  ['a push', [frame(5, 4, 1, Buffer.alloc(9))], ...broken('PUSH_PROMISE, which was not allowed')],
  ['no window', [windowUpdate(0, 0)], ...broken('WINDOW_UPDATE of 0 bytes')],
  [
    'too much of a window',
    [windowUpdate(0, 2 ** 31 - 1)],
    ...broken('a window of more than 2,147,483,647 bytes', 3),
  ],
  [
    'too much of a stream’s',
    [windowUpdate(1, 2 ** 31 - 1)],
    ...broken('a window of more than 2,147,483,647 bytes', 3),
  ],
  ['a window of nothing', [windowUpdate(5, 1)], ...broken('a frame about stream 5, which was never opened')],
  ['an answer to nobody', [head(5, 200)], ...broken('an answer on stream 5, which was never opened')],
  ['an answer of its own', [head(2, 200)], ...broken('an answer on stream 2, which was never opened')],
  ['CONTINUATION alone', [frame(FRAME.continuation, 4, 1, FINE)], ...broken('CONTINUATION of no head')],
  [
    'a head broken off',
    [head(1, 200, [], NO_HEADERS_END), data(3, 'a')],
    ...broken('a head that is broken off by another frame'),
  ],
  [
    'a head broken off by another',
    [head(1, 200, [], NO_HEADERS_END), frame(FRAME.continuation, 4, 3, FINE)],
    ...broken('a head that is broken off by another frame'),
  ],
  [
    'padding beyond DATA',
    [head(1, 200), frame(FRAME.data, 8, 1, Buffer.of(9, 1))],
    ...broken('DATA with more padding than there is of it'),
  ],
  [
    'padding beyond HEADERS',
    [frame(FRAME.headers, 12, 1, Buffer.of(9, 1))],
    ...broken('HEADERS that are shorter than they say'),
  ],
  [
    'bad HPACK',
    [frame(FRAME.headers, 4, 1, Buffer.of(0x88, 0xbe))],
    ...broken('a head that is not valid HPACK', 9),
  ],
  [
    'a frame that is too long',
    [head(1, 200), data(1, 'x'.repeat(16_385))],
    ...broken('a frame of 16385 bytes, where 16384 are allowed', 6),
  ],
  [
    'a head that is too long',
    [
      head(1, 200, [], NO_HEADERS_END),
      ...Array.from({ length: 5 }, () => frame(FRAME.continuation, 0, 1, Buffer.alloc(16_000))),
    ],
    ...broken('the head of an answer is longer than 64 KiB', 11),
  ],
] satisfies [string, Buffer[], string, number][];

describe('answers', () => {
  test.each(CASES)('%s', (_name, frames, told, written = []) => {
    const bytes = Buffer.concat([OPENING, ...frames]);
    const outcome = after(bytes);
    expect(outcome.told).toEqual(told);
    expect(outcome.written).toEqual(['settings 0', ...written]);
    expect(outcome.ended === 'broken').toBe(false);
    // Whoever reads the fields is told the same.
    expect(after(bytes, 2, true).told).toEqual(told);
  });

  test.each(BROKEN)('%s ends the connection', (_name, frames, what, code) => {
    const outcome = after(Buffer.concat([OPENING, ...frames]));
    expect(outcome.ended).toBe('broken');
    expect(outcome.told.map((events) => events.at(-1))).toEqual([what, what]);
    expect(outcome.written.at(-1)).toBe(`goaway 0(${code})`);
  });

  test.each<[string, Buffer, string]>([
    ['HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'it answers in HTTP/1.1'],
    ['another frame', answer(1), 'its first frame is not SETTINGS'],
    ['an ACK', frame(FRAME.settings, 1, 0), 'its first frame is not SETTINGS'],
  ])('a connection that begins with %s', (_name, bytes, what) => {
    expect(after(bytes)).toMatchObject({ told: [[what], [what]], ended: 'broken' });
  });

  test('an answer goes on behind its end', () => {
    const outcome = after(Buffer.concat([OPENING, answer(1), answer(1)]));
    expect(outcome.told).toEqual([['200', '+5', 'end'], ['an answer on stream 1, which had ended before']]);
    expect(outcome.written.at(-1)).toBe('goaway 0(5)');
  });
});

test('the same bytes cut at every place, and one by one, have the same outcome', () => {
  for (const frames of [...CASES, ...BROKEN].map((row) => row[1])) {
    const bytes = Buffer.concat([OPENING, ...frames]);
    const whole = comparable(after(bytes));
    const step = bytes.length > 1_000 ? 977 : 1;
    for (let cut = 1; cut < bytes.length; cut += step) {
      const { session, outcome } = sessionWith(2);
      session.read(bytes.subarray(0, cut), cut);
      session.read(bytes.subarray(cut), bytes.length - cut);
      expectSame(comparable(outcome()), whole);
    }
    const { session, outcome } = sessionWith(2);
    for (let at = 0; at < bytes.length; at++) session.read(bytes.subarray(at, at + 1), 1);
    expect(comparable(outcome())).toEqual(whole);
  }
});

describe('floods', () => {
  const PING = frame(FRAME.ping, 0, 0, Buffer.alloc(8));
  test.each<[string, Buffer, Buffer]>([
    ['PING', OPENING, PING],
    ['SETTINGS', OPENING, settings()],
    ['empty DATA', Buffer.concat([OPENING, head(1, 200)]), data(1, '', 0)],
    ['empty CONTINUATION', Buffer.concat([OPENING, head(1, 200, [], 0)]), frame(FRAME.continuation, 0, 1)],
    ['interim answers', OPENING, head(1, 103)],
    ['resets of what is over', Buffer.concat([OPENING, answer(1)]), reset(1, 0)],
    ['windows', OPENING, windowUpdate(0, 1)],
    ['extensions', OPENING, frame(0x99, 0, 0, Buffer.alloc(20))],
  ])('of %s end the connection', (_name, before, one) => {
    const { session, outcome } = sessionWith(2);
    session.read(before, before.length);
    for (let count = 0; count < 3_000; count++) session.read(one, one.length);
    expect(outcome().ended).toBe('broken');
    expect(outcome().written.at(-1)).toBe('goaway 0(11)');
    expect(outcome().told[1]).toEqual(['a flood of frames that bring nothing']);
  });

  test('are none where answers come between', () => {
    const { session, outcome } = sessionWith(50);
    const pings = Buffer.concat(Array.from({ length: 500 }, () => PING));
    session.read(OPENING, OPENING.length);
    for (let id = 1; id < 100; id += 2)
      session.read(Buffer.concat([pings, answer(id)]), pings.length + answer(id).length);
    expect(outcome().told.every((events) => events.at(-1) === 'end')).toBe(true);
  });
});

test('the rest of a large answer that this side has ended is no flood', () => {
  const { session, streams, outcome } = sessionWith(2);
  const piece = data(1, 'x'.repeat(100), 0);
  session.read(
    Buffer.concat([OPENING, head(1, 200), piece]),
    OPENING.length + head(1, 200).length + piece.length,
  );
  session.end(streams[0]!);
  for (let count = 0; count < 3_000; count++) session.read(piece, piece.length);
  session.read(answer(3), answer(3).length);
  expect(outcome()).toMatchObject({
    told: [
      ['200', '+100'],
      ['200', '+5', 'end'],
    ],
    ended: null,
  });
});

test('a first head longer than a frame says that there is no table, and is cut anew', () => {
  const value = 'v'.repeat(40_000);
  const frames = new RequestEncoder('http', 'example.org').framesOf({
    ...{ origin: '', path: '/', method: 'GET', body: null, reset: false },
    headers: ['x', value],
  });
  const blockOf = ({ head: bytes, idPlaces }: typeof frames | ReturnType<typeof firstHead>): Buffer =>
    Buffer.concat(
      idPlaces.map((place) => {
        const length = bytes.readUIntBE(place - 5, 3);
        expect(length).toBeLessThanOrEqual(16_384);
        return bytes.subarray(place + 4, place + 4 + length);
      }),
    );
  const first = firstHead(frames);
  expect(blockOf(first)).toEqual(Buffer.concat([Buffer.of(0x20), blockOf(frames)]));
  expect(first.idPlaces.map((place) => [first.head[place - 2], first.head[place - 1]])).toEqual([
    [FRAME.headers, FLAG.endStream],
    [FRAME.continuation, 0],
    [FRAME.continuation, FLAG.endHeaders],
  ]);
});

test('random frames end, are bounded, have the same outcome wherever they are cut, and no request has two ends', () => {
  const random = createRandom(7, 1);
  for (let round = 0; round < 400; round++) expect(problemOfRandomFrames(random)).toBe(null);
});

test('numbers of streams are used up: the session takes no more, and is done with its last answer', () => {
  const { session, outcome } = sessionWith(5, null, 2 ** 31 - 3);
  expect(outcome().told).toHaveLength(2);
  session.read(OPENING, OPENING.length);
  const bytes = Buffer.concat([answer(2 ** 31 - 3), answer(2 ** 31 - 1)]);
  session.read(bytes, bytes.length);
  expect(outcome()).toMatchObject({
    told: [
      ['200', '+5', 'end'],
      ['200', '+5', 'end'],
    ],
    ended: 'done',
  });
});

test('bodies go out as far as windows allow, in turn', () => {
  const { session, outcome } = sessionWith(2, Buffer.alloc(100_000));
  const pieces = (): string[] => outcome().written.filter((name) => name.startsWith('data'));
  // The connection's first window: four frames, the last one short by a byte.
  expect(pieces()).toEqual(['data 1', 'data 3', 'data 1', 'data 3']);
  session.read(Buffer.concat([OPENING, windowUpdate(0, 1)]), OPENING.length + 13);
  expect(pieces()).toHaveLength(5);
  session.read(windowUpdate(0, 1_000_000), 13);
  // What is left of each stream's window.
  expect(pieces().length).toBeGreaterThan(5);
  const before = pieces().length;
  session.read(settings([[4, 65_536]]), 15);
  expect(pieces()).toHaveLength(before + 2);
  const rest = Buffer.concat([windowUpdate(1, 50_000), answer(3)]);
  session.read(rest, rest.length);
  // One is answered early: its rest is of no use; the other one ends.
  expect(outcome().written.slice(-3)).toEqual(['rstStream 3(8)', 'data 1', 'data 1', 'data 1'].slice(-3));
});

test('an answer that is held back comes no further than its window, and goes on when it is read again', () => {
  const { session, streams, outcome } = sessionWith(2, null, 1, false, 40_000);
  const read = (...frames: Buffer[]): string[] => {
    for (const bytes of frames) session.read(bytes, bytes.length);
    session.flush();
    return outcome().written.filter((name) => name.startsWith('windowUpdate'));
  };
  const piece = (id: number): Buffer => data(id, 'x'.repeat(10_000), 0);
  expect(read(OPENING, head(1, 200), head(3, 200), piece(1), piece(1))).toEqual(['windowUpdate 1']);
  streams[0]?.pause();
  expect(read(piece(1), piece(1), piece(1), piece(3), piece(3))).toEqual([
    'windowUpdate 1',
    'windowUpdate 3',
  ]);
  streams[0]?.resume();
  streams[0]?.resume();
  expect(read(piece(1), data(1, ''))).toEqual(['windowUpdate 1', 'windowUpdate 3', 'windowUpdate 1']);
  expect(outcome()).toMatchObject({
    told: [
      ['200', '+60000', 'end'],
      ['200', '+20000'],
    ],
    ended: null,
  });
  streams[1]?.pause();
  read(piece(3), piece(3), piece(3), piece(3), piece(3));
  expect(outcome().told[1]).toEqual(['200', '+60000', 'more DATA than its window allows']);
  expect(outcome().written.at(-1)).toBe('goaway 0(3)');
});

test('what goes out together is what was added, whatever was added before', () => {
  const random = createRandom(5, 1);
  const below = (most: number): number => Math.floor(random() * most);
  const heads = [20, 20, 33, 50].map((length, place) => Buffer.alloc(length, 65 + place));
  const out = new Outbox();
  for (let write = 0; write < 3_000; write++) {
    const expected: Buffer[] = [];
    for (let added = below(write % 50 === 0 ? 300 : 6); added >= 0; added--) {
      const id = 2 * below(1_000) + 1;
      const kind = below(10);
      if (kind === 0) {
        const bytes = Buffer.alloc(below(30), 122);
        out.add(bytes);
        expected.push(bytes);
      } else if (kind === 1) {
        out.addNumber(FRAME.windowUpdate, id, 7);
        expected.push(frame(FRAME.windowUpdate, 0, id, Buffer.of(0, 0, 0, 7)));
      } else {
        const plain = heads[random() < 0.8 ? 0 : below(heads.length)]!;
        out.addHead(plain, [5], id);
        const bytes = Buffer.from(plain);
        bytes.writeUInt32BE(id, 5);
        expected.push(bytes);
      }
    }
    expect(out.bytes.equals(Buffer.concat(expected))).toBe(true);
    if (random() < 0.6) out.clear();
    else if (random() < 0.2) out.forgo();
    else {
      out.lend();
      if (random() < 0.9) out.returned();
    }
  }
});
