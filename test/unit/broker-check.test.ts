import { describe, expect, test } from '@jest/globals';
import type { BrokerFacts } from '../../src/main/cluster/broker.ts';
import { checkBroker } from '../../src/main/cluster/broker-check.ts';
import { meetingFrom, unreachable } from '../../src/main/cluster/meeting.ts';

const GOOD: BrokerFacts = { version: '6.2.0', evictionPolicy: 'noeviction', freeBytes: null };

describe('a broker', () => {
  test.each([
    { changes: {}, says: [] },
    { changes: { version: '10.0.1' }, says: [] },
    { changes: { version: '6.0.16' }, says: ['The broker is Redis 6.0.16: volley needs 6.2 or newer.'] },
    { changes: { version: '5.0.7' }, says: ['The broker is Redis 5.0.7: volley needs 6.2 or newer.'] },
    {
      changes: { evictionPolicy: 'volatile-lru' },
      says: ["The broker's maxmemory-policy is volatile-lru, so it may forget a run: set it to noeviction."],
    },
    { changes: { freeBytes: 400_000 }, says: [] },
    { changes: { freeBytes: 399_999 }, says: [expect.stringMatching(/memory left.*raise its maxmemory/)] },
    { changes: { freeBytes: -5_000 }, says: [expect.stringMatching(/^The broker has 0 B of memory left/)] },
    {
      changes: { version: '6.1', evictionPolicy: 'allkeys-random', freeBytes: 0 },
      says: [
        expect.stringMatching(/6\.1:/),
        expect.stringMatching(/allkeys-random/),
        expect.stringMatching(/4 agents/),
      ],
    },
  ])('with $changes', async ({ changes, says }) => {
    const checked = checkBroker({ facts: async () => ({ ...GOOD, ...changes }) }, 4);
    if (says.length === 0) await checked;
    else
      await expect(checked).rejects.toMatchObject({
        code: 'VOLLEY_BROKER',
        problems: says.map((message) => ({ message })),
      });
  });

  test.each([
    { url: 'redis://127.0.0.1:1', says: null },
    { url: 'redis://[::1]:6379', says: null },
    { typed: 'redis://me:secret@127.0.0.1', says: /^--broker has a password.*VOLLEY_BROKER instead/ },
    { typed: 'redis://me@127.0.0.1', says: null },
    { url: 'redis://me:secret@127.0.0.1', says: null },
    { typed: 'http://127.0.0.1', says: /^--broker 'http:\/\/127\.0\.0\.1': give it as redis:/ },
    { url: 'http://me:secret@127.0.0.1', says: /^VOLLEY_BROKER '.*': give it as redis:/ },
    { url: '', says: /^--broker is missing: start one with: docker run .*apt-get install redis-server/ },
    { url: 'redis://10.0.0.1', says: /there is no cluster key/ },
    { url: 'redis://10.0.0.1', key: 'short', says: /The cluster key has 5 characters: give at least 16/ },
    { url: 'redis://10.0.0.1', key: 'sixteen letters!', says: null },
    { url: 'redis://localhost/15', says: null },
    {
      url: 'redis://localhost/abc',
      says: /^VOLLEY_BROKER 'redis:\/\/localhost\/abc': what follows the port is the number/,
    },
    { url: 'redis://:50%25secret@localhost', says: null },
    {
      url: 'redis://:50%secret@localhost',
      says: /^VOLLEY_BROKER has a % in its password .*: write it as %25/,
    },
    { url: 'redis://localhost', pool: 'a b', says: /^--pool 'a b'/ },
  ])('is named: $typed $url', ({ typed, url, key, pool, says }) => {
    const problems: string[] = [];
    const meeting = meetingFrom({ typed, url, pool, key }, problems);
    expect(meeting === null).toBe(says !== null);
    expect(problems).toEqual(says === null ? [] : [expect.stringMatching(says)]);
    expect(problems.join()).not.toContain('secret');
  });

  test('of one agent says so', async () => {
    const full = checkBroker({ facts: async () => ({ ...GOOD, freeBytes: 0 }) }, 1);
    await expect(full).rejects.toThrow('and 1 agent may take 100 kB: raise its maxmemory.');
  });

  test('that cannot be reached is named without its password', () => {
    const { message } = unreachable('redis://me:s%20cret@broker:1', 'ERR wrong password s cret');
    expect(message).toBe(
      'The broker redis://broker:1 could not be reached (ERR wrong password …). Nothing was sent.',
    );
  });

  test.each([
    [
      'redis',
      'NOAUTH HELLO must be called with the client already authenticated',
      /\(it asks for a password\): give its user and password in VOLLEY_BROKER, as in redis:/,
    ],
    [
      'redis',
      'WRONGPASS invalid username-password pair or user is disabled.',
      /disabled\): give its user and password/,
    ],
    [
      'redis',
      'Unknown RESP type 72 "H". Please report this.',
      /\(what answers there is no Redis\)\. Nothing/,
    ],
    [
      'redis',
      'read ECONNRESET',
      /\(read ECONNRESET\): one that speaks TLS is given as rediss:\/\/\. Nothing/,
    ],
    [
      'rediss',
      'no answer',
      /\(no answer\): check that it speaks TLS; one that does not is given as redis:\/\/\. Nothing/,
    ],
    ['redis', 'getaddrinfo ENOTFOUND broker', /\(getaddrinfo ENOTFOUND broker\)\. Nothing/],
  ])('that cannot be reached over %s says what to do: %s', (scheme, why, says) => {
    expect(unreachable(`${scheme}://broker:1`, why).message).toMatch(says);
  });
});
