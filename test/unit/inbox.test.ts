import { describe, expect, test } from '@jest/globals';
import { Inbox, type Recipient } from '../../src/workers/connections/inbox.ts';
import { copyOf } from '../../src/workers/connections/read-bytes.ts';

/** Shows what came, and lets time pass for each piece. */
function recipientOf(
  clock: { atMs: number },
  tookMs: number,
  shown: [text: string, readAtMs: number][] = [],
) {
  const recipient: Recipient = {
    waitingReads: 0,
    isIdle: false,
    show(bytes, count, readAtMs) {
      // The beginning says which it was: some are of 64 KiB.
      shown.push([Buffer.from(copyOf(bytes, 0, Math.min(count, 4_096))).toString('latin1'), readAtMs]);
      clock.atMs += tookMs;
    },
  };
  return { recipient, shown };
}

function setUp() {
  const clock = { atMs: 1_000, nowMs: () => clock.atMs };
  return { clock, inbox: new Inbox(clock) };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the inbox of a worker', () => {
  test('shows at once what comes alone, with the time of its reading', () => {
    const { clock, inbox } = setUp();
    const { recipient, shown } = recipientOf(clock, 0.05);
    inbox.arrived(recipient, Buffer.from('first, and the rest of a buffer'), 5);
    clock.atMs = 1_010;
    inbox.arrived(recipient, Buffer.from('second'), 6);
    expect(shown).toEqual([
      ['first', 1_000],
      ['second', 1_010],
    ]);
  });

  test('in a burst only reads and stamps, then deals with all in the order of their coming', async () => {
    const { clock, inbox } = setUp();
    const { recipient, shown } = recipientOf(clock, 0.1);
    const { recipient: other } = recipientOf(clock, 0.1, shown);
    const waiting = () => recipient.waitingReads + other.waitingReads;
    const buffer = Buffer.alloc(2);
    for (let i = 10; i < 20; i++) {
      // The next one is read into the same buffer.
      buffer.write(String(i), 'latin1');
      clock.atMs += 0.001;
      inbox.arrived(i % 2 === 0 ? recipient : other, buffer, 2);
    }
    const atOnce = shown.length;
    expect(atOnce).toBeGreaterThan(0);
    expect(atOnce).toBeLessThan(10);
    expect(waiting()).toBe(10 - atOnce);
    while (waiting() > 0) await nextTurn();
    expect(shown.map(([text]) => text)).toEqual(Array.from({ length: 10 }, (_, index) => String(10 + index)));
    // Those that waited were read within the ten microseconds of the burst's reads.
    const waited = shown.slice(atOnce).map(([, readAtMs]) => readAtMs);
    expect(waited.at(-1)! - waited[0]!).toBeLessThan(0.011);
    expect(waited).toEqual([...waited].sort((a, b) => a - b));
  });

  test('what waits of one recipient and came at once is one read, with the time of its first piece', async () => {
    const { clock, inbox } = setUp();
    const shown: [text: string, readAtMs: number][] = [];
    const { recipient: one } = recipientOf(clock, 0, shown);
    const { recipient: other } = recipientOf(clock, 0, shown);
    // For so long that the rest waits.
    for (const readMs of [1_000, 1_000.4]) {
      clock.atMs = readMs;
      inbox.arrived(one, Buffer.from('a'), 1);
    }
    const pieces: [Recipient, string][] = [
      [one, 'b'],
      [one, 'c'],
      [other, 'd'],
      [one, 'e'],
      [one, 'f'.repeat(2_047)],
      [one, 'g'],
    ];
    clock.atMs = 1_000.8;
    for (const [recipient, text] of pieces) {
      inbox.arrived(recipient, Buffer.from(`${text} and more`), text.length);
      clock.atMs += 0.4;
    }
    expect(one.waitingReads).toBe(3);
    await nextTurn();
    const later = (readMs: number): number => Math.round((readMs - 1_000.8) * 10) / 10;
    expect(shown.slice(2).map(([text, readMs]) => [text.slice(0, 2), text.length, later(readMs)])).toEqual([
      ['bc', 2, 0],
      ['d', 1, 0.8],
      ['ef', 2_048, 1.2],
      ['g', 1, 2],
    ]);
  });

  test('keeps no more than 16 MiB: what comes then is shown at once, behind all that waits', () => {
    const { clock, inbox } = setUp();
    const recipients = [recipientOf(clock, 0), recipientOf(clock, 0)];
    const buffer = Buffer.alloc(65_536);
    const most = 2 ** 24 / buffer.length;
    // The burst has begun: from now on reads wait.
    inbox.arrived(recipients[0]!.recipient, buffer, 1);
    for (let i = 0; i < 10; i++) {
      clock.atMs += 0.1;
      inbox.arrived(recipients[0]!.recipient, buffer, 1);
    }
    let waiting = 0;
    let reads = 0;
    while (reads < 3 * most) {
      clock.atMs += 0.001;
      buffer.write(String(reads).padStart(8), 'latin1');
      inbox.arrived(recipients[reads % 2]!.recipient, buffer, buffer.length);
      reads++;
      waiting = Math.max(
        waiting,
        recipients[0]!.recipient.waitingReads + recipients[1]!.recipient.waitingReads,
      );
    }
    expect(waiting).toBeLessThanOrEqual(most + 10);
    expect(waiting).toBeGreaterThanOrEqual(most - 1);
    for (const { shown } of recipients) {
      const numbers = shown.filter(([text]) => text.length > 1).map(([text]) => Number(text.slice(0, 8)));
      expect(numbers.length).toBeGreaterThan(most / 2);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      const times = shown.map(([, readAtMs]) => readAtMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  test('deals with what waits in slices, so that the event loop can read in between', async () => {
    const { clock, inbox } = setUp();
    const { recipient, shown } = recipientOf(clock, 0.1);
    const { recipient: other } = recipientOf(clock, 0.1, shown);
    for (let i = 0; i < 20; i++) inbox.arrived(i % 2 === 0 ? recipient : other, Buffer.from('x'), 1);
    const counts: number[] = [];
    while (recipient.waitingReads + other.waitingReads > 0) {
      const before = shown.length;
      await nextTurn();
      counts.push(shown.length - before);
    }
    expect(counts.length).toBeGreaterThan(2);
    expect(Math.max(...counts)).toBeLessThan(8);
    expect(shown).toHaveLength(20);
  });

  test('shows one recipient all that waits for it, and leaves the others in order', async () => {
    const { clock, inbox } = setUp();
    const one = recipientOf(clock, 0.2);
    const other = recipientOf(clock, 0.2);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) {
      inbox.arrived(text < 'd' ? one.recipient : other.recipient, Buffer.from(text), 1);
      inbox.arrived(other.recipient, Buffer.from(text.toUpperCase()), 1);
    }
    inbox.showAll(other.recipient);
    expect(other.recipient.waitingReads).toBe(0);
    expect(other.shown.map(([text]) => text).join('')).toBe('ABCdDeEfF');
    expect(one.recipient.waitingReads).toBeGreaterThan(0);
    while (one.recipient.waitingReads > 0) await nextTurn();
    expect(one.shown.map(([text]) => text).join('')).toBe('abc');
  });
});
