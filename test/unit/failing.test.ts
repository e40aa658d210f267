import { expect, test } from '@jest/globals';
import {
  type FailedRequest,
  type FailureFacts,
  failedOf,
  failedOfEach,
  failedOrDropped,
  failingRequest,
  failureFinding,
  isMostlyFailing,
  lateOf,
  neverOk,
} from '../../src/main/summary/failing.ts';

/** Of 100 that were sent, ten were cancelled, four made fail by this machine, five failed and six had no answer. */
const FACTS: FailureFacts = {
  requests: { sent: 100, ok: 75, unfinished: 6, cancelled: 10, dropped: 20 },
  errors: [
    { kind: 'status', code: '503', count: 2, example: '' },
    { kind: 'timeout', code: 'TIMEOUT', count: 3, example: '' },
    { kind: 'generator', code: 'EMFILE', count: 4, example: '' },
  ],
  mix: [],
  isStopped: false,
  load: { model: 'closed' },
  when: null,
  heldShare: null,
  stoodStillMs: 0,
};
const OPEN: FailureFacts = { ...FACTS, load: { model: 'open' } };
const UNFINISHED = { kind: 'unfinished', code: null, count: 6 };
const DROPPED = { kind: 'dropped', code: null, count: 20 };

test('what has no answer counts where volley waited for it, and is left out where it cut it off', () => {
  const counted = { bad: 11, of: 86, unanswered: [UNFINISHED], leftOut: 0 };
  const cut = { bad: 5, of: 80, unanswered: [], leftOut: 6 };
  expect(failedOf(FACTS)).toEqual(counted);
  expect(failedOf({ ...FACTS, isStopped: true })).toEqual(cut);
  expect(failedOf(OPEN)).toEqual(cut);
  // Where there is no good answer at all, the target had its time.
  const none = { ...OPEN, requests: { ...OPEN.requests, ok: 0 } };
  expect(failedOf(none)).toEqual({ bad: 86, of: 86, unanswered: [UNFINISHED], leftOut: 0 });
  const one = { ...OPEN, requests: { ...OPEN.requests, ok: 1 } };
  expect(failedOf(one)).toEqual({ bad: 79, of: 80, unanswered: [], leftOut: 6 });
});

test('with what got no connection, those count that were late for their answer', () => {
  const all = { unanswered: [UNFINISHED, DROPPED], leftOut: 0 };
  expect(failedOrDropped(FACTS)).toEqual({ bad: 31, of: 106, ...all });
  expect(failedOrDropped(OPEN)).toEqual({ bad: 31, of: 106, ...all });
  expect(failedOrDropped({ ...OPEN, isStopped: true })).toEqual(failedOf({ ...OPEN, isStopped: true }));
});

const request = (name: string, bad: number, of: number): FailedRequest => ({
  ...{ name, bad, of, unanswered: [], leftOut: 0 },
});

test('the worst request of a mix is that with the largest share, and of equal ones that with the most', () => {
  const worst = (...requests: FailedRequest[]): string | undefined =>
    failingRequest(requests, 0.5, 100)?.name;
  expect(worst(request('a', 60, 100), request('b', 90, 100), request('c', 70, 100))).toBe('b');
  expect(worst(request('a', 60, 100), request('b', 120, 200), request('c', 90, 150))).toBe('b');
  expect(worst(request('a', 120, 200), request('b', 60, 100))).toBe('a');
  expect(worst(request('a', 50, 100), request('b', 2, 2))).toBeUndefined();
  expect(worst(request('a', 50, 100), request('b', 3, 3))).toBe('b');
  expect([isMostlyFailing(3, 3, 0.5, 100), isMostlyFailing(2, 3, 0.5, 100)]).toEqual([true, false]);
});

test('of a mix each request has its own counts; one that was never sent has not failed', () => {
  const mix = [
    { name: 'read', sent: 50, ok: 40, unfinished: 6, cancelled: 3 },
    { name: 'write', sent: 2, ok: 0, unfinished: 0, cancelled: 0 },
    { name: 'list', sent: 3, ok: 0, unfinished: 1, cancelled: 0 },
    { name: 'never', sent: 0, ok: 0, unfinished: 0, cancelled: 0 },
  ];
  const facts = { ...FACTS, mix };
  expect(failedOfEach(facts)).toEqual([
    { ...request('read', 7, 47), unanswered: [UNFINISHED] },
    { ...request('write', 2, 2), unanswered: [{ ...UNFINISHED, count: 0 }] },
    { ...request('list', 3, 3), unanswered: [{ ...UNFINISHED, count: 1 }] },
    { ...request('never', 0, 0), unanswered: [{ ...UNFINISHED, count: 0 }] },
  ]);
  expect(failedOfEach({ ...facts, isStopped: true })).toEqual([
    { ...request('read', 1, 41), leftOut: 6 },
    request('write', 2, 2),
    { ...request('list', 2, 2), leftOut: 1 },
    request('never', 0, 0),
  ]);
  expect(neverOk(facts)).toEqual([
    { code: 'request-never-ok', figures: { request: 'list', failed: 3, others: 1 } },
  ]);
  expect(neverOk({ ...facts, mix: mix.slice(3) })).toEqual([]);
});

test('of what they failed: the most frequent first, and nothing that did not happen', () => {
  const failed = failedOrDropped(FACTS);
  const none = { kind: 'reset', code: 'ECONNRESET', count: 0, example: '' } as const;
  const facts = { ...FACTS, errors: [none, ...FACTS.errors], stoodStillMs: 7 };
  const { code, figures } = failureFinding(failed, facts, 'read');
  expect([code, figures]).toEqual([
    'requests-failed',
    {
      ...{ failed: 31, of: 106, request: 'read', when: null, stoodStillMs: 7 },
      failedAs: [
        DROPPED,
        UNFINISHED,
        { kind: 'generator', code: 'EMFILE', count: 4 },
        { kind: 'timeout', code: 'TIMEOUT', count: 3 },
        { kind: 'status', code: '503', count: 2 },
      ],
    },
  ]);
  const one = { kind: 'reset', code: 'ECONNRESET', count: 1, example: '' } as const;
  const few = failureFinding(
    { ...failed, unanswered: [], leftOut: 1 },
    { ...FACTS, errors: [one], heldShare: 0.5 },
  );
  expect(few.figures).toMatchObject({
    failedAs: [{ kind: 'reset', code: 'ECONNRESET', count: 1 }],
    leftOut: 1,
    heldShare: 0.5,
  });
  expect(lateOf(failed, FACTS)).toBe(6 + 20 + 3);
});
