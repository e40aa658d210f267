import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FramingFields } from '../../src/workers/clients/wire/http1/framing-fields.ts';
import { LastHead } from '../../src/workers/clients/wire/http1/last-head.ts';
import { EVENT, ResponseParser } from '../../src/workers/clients/wire/http1/response-parser.ts';

/** All that a parser says of an answer that comes in pieces. */
function outcomeOf(parser: ResponseParser, isHead: boolean, pieces: readonly Buffer[]): unknown[] {
  parser.begin(isHead);
  const events: unknown[] = [];
  for (const piece of pieces) {
    for (let at = 0; ; at = parser.at) {
      const event = parser.next(piece, at, piece.length);
      const { status, keepsAlive, keepAliveS, isOddlyEmpty, refusal, bodyFrom, bodyTo, fieldsFrom } = parser;
      if (event === EVENT.more) break;
      if (event === EVENT.refused) return [...events, refusal];
      // However it is known, the text of a head is what has come.
      const known = event === EVENT.head ? parser.knownText : null;
      if (known !== null) expect(known).toBe(piece.toString('latin1', fieldsFrom, parser.at));
      events.push([event, status, keepsAlive, keepAliveS, isOddlyEmpty, parser.at - fieldsFrom]);
      if (event === EVENT.body) events.push(piece.toString('latin1', bodyFrom, bodyTo));
      if (event === EVENT.end) return events;
    }
  }
  return [...events, parser.finish()];
}

/** The same of one that has read no head before. */
const outcomeAlone = (isHead: boolean, pieces: readonly Buffer[]): unknown[] =>
  outcomeOf(new ResponseParser(new LastHead()), isHead, pieces);

const lines = fc.subarray(
  [
    'Content-Length: 5',
    'Content-Length: 0',
    'content-length: 5, 5',
    'Transfer-Encoding: chunked',
    'Connection: close',
    'Connection: keep-alive',
    'Keep-Alive: timeout=5',
    'Upgrade: h2c',
    'X-Folded: a\r\n b',
    'Bad Name: x',
  ],
  { maxLength: 3 },
);
const starts = fc.constantFrom(
  'HTTP/1.1 200 OK',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 204 No',
  'HTTP/1.1 100 Go on',
  '\r\nHTTP/1.1 500',
);
const bodies = fc.constantFrom(
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
);
const answers = fc.record({
  text: fc
    .tuple(starts, lines, bodies)
    .map(([start, fields, body]) => `${[start, ...fields].join('\r\n')}\r\n\r\n${body}`),
  isHead: fc.boolean(),
  cut: fc.option(fc.nat(120)),
});

describe('a head that is the last one again', () => {
  test('says what it says to a parser that has read none, whatever came before and however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(answers, { maxLength: 3 }),
        fc.array(fc.nat(2), { maxLength: 12 }),
        (given, order) => {
          const parser = new ResponseParser(new LastHead());
          for (const { text, isHead, cut } of order.flatMap((index) => given[index] ?? [])) {
            const bytes = Buffer.from(text, 'latin1');
            const pieces = cut === null ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
            expect(outcomeOf(parser, isHead, pieces)).toEqual(outcomeAlone(isHead, pieces));
          }
        },
      ),
    );
  });

  test('is not one that differs in one byte, or ends before it', () => {
    const text = 'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\nKeep-Alive: timeout=7\r\n\r\nhello';
    const parser = new ResponseParser(new LastHead());
    const [good, other] = [Buffer.from(text, 'latin1'), Buffer.from(text, 'latin1')];
    const wrong: number[] = [];
    for (let at = 0; at < good.length; at++) {
      for (const change of [1, 32]) {
        outcomeOf(parser, false, [good]);
        other[at] = good[at]! ^ change;
        const outcomes = [outcomeOf(parser, false, [other]), outcomeAlone(false, [other])];
        if (JSON.stringify(outcomes[0]) !== JSON.stringify(outcomes[1])) wrong.push(at);
        other[at] = good[at]!;
      }
      outcomeOf(parser, false, [good]);
      const pieces = [good.subarray(0, at), good.subarray(at)];
      if (JSON.stringify(outcomeOf(parser, false, pieces)) !== JSON.stringify(outcomeAlone(false, pieces)))
        wrong.push(at);
    }
    expect(wrong).toEqual([]);
  });
});

describe('what is kept', () => {
  const fields = new FramingFields();
  const keep = (last: LastHead, text: string): number => {
    const bytes = Buffer.from(text);
    const length = last.lengthAt(bytes, 0, bytes.length);
    if (length === 0) last.keep(bytes, 0, bytes.length, { status: 200, minorVersion: 1, fields });
    return length;
  };

  test('is known at any place, and if more follows', () => {
    const last = new LastHead();
    expect(last.lengthAt(Buffer.from('abc'), 0, 3)).toBe(0);
    expect([keep(last, 'abc'), keep(last, 'abc')]).toEqual([0, 3]);
    const longer = Buffer.from('xxabcyy');
    expect([last.lengthAt(longer, 2, 7), last.lengthAt(longer, 2, 4), last.lengthAt(longer, 1, 7)]).toEqual([
      3, 0, 0,
    ]);
    expect(keep(last, 'x'.repeat(1_025))).toBe(0);
    expect(keep(last, 'abc')).toBe(3);
  });

  test('is one in 64 where each is another one, until one comes twice', () => {
    const isKept = (count: number): boolean => {
      const last = new LastHead();
      for (let index = 1; index <= count; index++) keep(last, `head ${index}.`);
      return keep(last, `head ${count}.`) > 0;
    };
    const kept = Array.from({ length: 200 }, (_, index) => index + 1).filter(isKept);
    expect(kept).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 64, 128, 192]);
    const last = new LastHead();
    for (let index = 1; index <= 64; index++) keep(last, `head ${index}.`);
    expect(keep(last, 'head 64.')).toBe(8);
    expect([keep(last, 'a'), keep(last, 'b'), keep(last, 'b')]).toEqual([0, 0, 1]);
  });
});
