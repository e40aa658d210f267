import { describe, expect, test } from '@jest/globals';
import { firstWordsIn } from '../../src/workers/connections/first-words.ts';
import { FLAG, FRAME, frame, settings } from '../support/http2-frames.ts';

const told = (bytes: Buffer, count = bytes.length): unknown => {
  const words = firstWordsIn(bytes, count);
  return words === null || typeof words === 'string' ? words : 'other';
};

describe('the first bytes of a connection', () => {
  test.each<[string, unknown, Buffer]>([
    ['SETTINGS, empty', 'http2', settings()],
    ['SETTINGS with values', 'http2', settings([[3, 100]])],
    [
      'an acknowledgement of SETTINGS, which nothing begins with',
      'other',
      frame(FRAME.settings, FLAG.ack, 0),
    ],
    ['SETTINGS of a stream', 'other', frame(FRAME.settings, 0, 1)],
    ['SETTINGS of 5 bytes', 'other', frame(FRAME.settings, 0, 0, Buffer.alloc(5))],
    ['another frame', 'other', frame(FRAME.ping, 0, 0, Buffer.alloc(6))],
    ['an alert of TLS', 'tls', Buffer.of(0x15, 3, 1, 0, 2, 2, 0x46)],
    ['a handshake of TLS', 'other', Buffer.of(0x16, 3, 1, 0, 2, 2, 0x46)],
    ['an answer', null, Buffer.from('HTTP/1.1 200 OK\r\n')],
    ['an answer of a version that there is not', null, Buffer.from('HTTP/9')],
    ['an answer behind empty lines', null, Buffer.from('\r\n\r\nHTTP/1.1 200 OK\r\n')],
    ['a banner', 'other', Buffer.from('220 mail.test ESMTP\r\n')],
  ])('%s: %s', (_what, expected, bytes) => {
    expect(told(bytes)).toBe(expected);
  });

  test.each([1, 2, 3, 4])('%s bytes of an answer say nothing yet', (count) => {
    expect(told(Buffer.from('HTTP/1.1 200 OK\r\n'), count)).toBeNull();
    expect(told(Buffer.from(`${'HTML'.slice(0, count)}?`))).toBe('other');
  });
});
