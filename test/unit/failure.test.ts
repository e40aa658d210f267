import { describe, expect, test } from '@jest/globals';
import type { ErrorKind } from '../../src/api/index.ts';
import type { Peer } from '../../src/workers/connections/counterpart.ts';
import type { ConnectionPhase, Course } from '../../src/workers/connections/link.ts';
import { classifyFailure } from '../../src/workers/exchange/failure.ts';

const PEER: Peer = { protocol: 'http/1.1', isSecure: false, hasCertificate: false, proxy: null };
const COURSE: Course = {
  ...{ alert: null, firstWords: null, answers: 1, answeredAtMs: 100, restUntilMs: 0, tunnel: null },
  ...{ hasReceived: true, isAgreed: false, mayBeUsed: true, waitingReads: 0, part: () => Promise.resolve() },
};

interface Row {
  readonly why: string;
  readonly code: string;
  readonly phase?: ConnectionPhase;
  readonly hasHead?: boolean;
  readonly endedByTarget?: boolean;
  readonly kind: ErrorKind;
}

const ROWS: readonly Row[] = [
  { why: 'nobody listens', code: 'ECONNREFUSED', phase: 'connecting', kind: 'connect' },
  { why: 'no route', code: 'EHOSTUNREACH', phase: 'connecting', kind: 'connect' },
  { why: 'the target resets while connecting', code: 'ECONNRESET', phase: 'connecting', kind: 'connect' },
  { why: 'the system gives up connecting', code: 'ETIMEDOUT', phase: 'connecting', kind: 'timeout' },
  { why: 'no files left here', code: 'EMFILE', phase: 'connecting', kind: 'generator' },
  { why: 'no ports left here', code: 'EADDRNOTAVAIL', phase: 'connecting', kind: 'generator' },
  { why: 'no buffers left here', code: 'ENOBUFS', phase: 'open', kind: 'generator' },
  { why: 'a name that is not known', code: 'ENOTFOUND', phase: 'connecting', kind: 'dns' },
  {
    why: 'a certificate that does not verify',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    phase: 'securing',
    kind: 'tls',
  },
  { why: 'a handshake that is cut off', code: 'ECONNRESET', phase: 'securing', kind: 'tls' },
  { why: 'RST before the head', code: 'ECONNRESET', endedByTarget: true, kind: 'reset' },
  { why: 'writing to a closed connection', code: 'EPIPE', kind: 'reset' },
  { why: 'FIN before the head', code: 'UND_ERR_SOCKET', endedByTarget: true, kind: 'reset' },
  { why: 'FIN in the body', code: 'UND_ERR_SOCKET', hasHead: true, endedByTarget: true, kind: 'truncated' },
  { why: 'RST in the body', code: 'ECONNRESET', hasHead: true, kind: 'truncated' },
  {
    why: 'a body shorter than announced',
    code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    hasHead: true,
    endedByTarget: true,
    kind: 'truncated',
  },
  {
    why: 'a body longer than announced',
    code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    hasHead: true,
    kind: 'protocol',
  },
  { why: 'bytes that are not HTTP', code: 'HPE_INVALID_CONSTANT', kind: 'protocol' },
  { why: 'a head without end', code: 'UND_ERR_HEADERS_OVERFLOW', kind: 'protocol' },
  { why: 'an answer that undici refuses', code: 'UND_ERR_SOCKET', kind: 'protocol' },
];

describe('failures have exactly one kind', () => {
  test.each(ROWS)(
    '$why ($code) is $kind',
    ({ code, phase = 'open', hasHead = false, endedByTarget = false, kind }) => {
      const error = Object.assign(new Error('something'), { code });
      const failure = classifyFailure({ error, phase, hasHead, endedByTarget });
      expect(failure.kind).toBe(kind);
      expect(failure.code).toBe(code);
      expect(failure.example).not.toBe('');
    },
  );

  test('what OpenSSL says is shortened to its reason', () => {
    const error = Object.assign(
      new Error('C0:error:0A00010B:SSL routines:x:wrong version number:y.c:78:\n'),
      {
        code: 'ERR_SSL_WRONG_VERSION_NUMBER',
        reason: 'wrong version number',
      },
    );
    const failure = classifyFailure({ error, phase: 'securing', hasHead: false, endedByTarget: false });
    expect(failure).toEqual({
      kind: 'tls',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      example: 'wrong version number',
    });
  });

  test('an attempt on several addresses speaks through its first failure', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:80'), { code: 'ECONNREFUSED' });
    const failure = classifyFailure({
      error: new AggregateError([refused]),
      phase: 'connecting',
      hasHead: false,
      endedByTarget: false,
    });
    expect(failure).toEqual({
      kind: 'connect',
      code: 'ECONNREFUSED',
      example: 'connect ECONNREFUSED ::1:80',
    });
  });

  test('wire is not promised to read a length that it may refuse as well', () => {
    const error = Object.assign(new Error('mismatch'), { code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' });
    const failure = classifyFailure({ error, phase: 'open', hasHead: true, endedByTarget: false });
    expect(failure).toMatchObject({ kind: 'protocol', advice: 'see-what-wire-says' });
  });

  test.each<[string, { answers?: number; sentMs?: number; protocol?: Peer['protocol'] }, string | undefined]>(
    [
      ['it had been idle', {}, 'closes-idle'],
      ['it had been in use until then', { sentMs: 109.9 }, undefined],
      ['it had brought no answer', { answers: 0, sentMs: 200 }, undefined],
      ['the request was not sent', { sentMs: Number.NaN }, undefined],
      ['HTTP/2 says what it closes', { protocol: 'h2' }, undefined],
    ],
  )('a connection that ends without an answer: %s', (_, { answers = 1, sentMs = 110, protocol }, advice) => {
    const failure = classifyFailure({
      ...{ error: new Error('other side closed'), phase: 'open', hasHead: false, endedByTarget: true },
      peer: { ...PEER, protocol: protocol ?? PEER.protocol },
      course: { ...COURSE, answers, answeredAtMs: 100 },
      sentMs,
    });
    expect([failure.kind, failure.advice]).toEqual(['reset', advice]);
  });
});
