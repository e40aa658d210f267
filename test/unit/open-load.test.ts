import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Shard } from '../../src/protocol/shard.ts';
import type { Exchange } from '../../src/workers/exchange/exchange.ts';
import type { Starts } from '../../src/workers/jobs/job.ts';
import type { LoadHost } from '../../src/workers/loads/load.ts';
import { OpenLoad } from '../../src/workers/loads/open-load.ts';

const WINDOW_AT_MS = 1_000;
const STARTED = 10;

/** A worker whose clock stands still unless it is set, and whose connections answer when told. */
class ScriptedWorker {
  nowMs = WINDOW_AT_MS;
  readonly exchanges: Exchange[] = [];
  readonly sent: { readonly intendedMs: number; readonly connection: Exchange }[] = [];
  readonly dropped: number[] = [];
  readonly isFull = false;
  readonly clock = { nowMs: () => this.nowMs };

  constructor() {
    for (let index = 0; index < STARTED; index++) this.addExchange();
  }

  addExchange(): Exchange {
    const exchange = { client: { connection: { course: { mayBeUsed: true } } } } as Exchange;
    this.exchanges.push(exchange);
    return exchange;
  }

  start(connection: Exchange, intendedMs: number): void {
    this.sent.push({ intendedMs, connection });
  }

  drop(intendedMs: number): void {
    this.dropped.push(intendedMs);
  }

  finishIfIdle(): void {}
}

function loadWith(sender: ScriptedWorker, maxSlots: number): OpenLoad {
  const rate = { requests: 1_000, periodMs: 1_000 };
  const stages = [{ durationMs: null, from: rate, to: rate }];
  const shard = { index: 0, workers: 1, requests: 200, durationMs: null, warmupMs: 0, maxSlots, seed: 1 };
  return new OpenLoad(
    shard as Shard,
    { stages, arrivals: 'constant', pacing: 'eco' },
    sender as unknown as LoadHost,
    sender as unknown as Starts,
  );
}

describe('the open load after a pause of its own process', () => {
  test('what is due at once is served by the connections that are there, while they answer', async () => {
    const sender = new ScriptedWorker();
    const load = loadWith(sender, 1_000);
    sender.nowMs += 63;
    load.begin(sender.nowMs, WINDOW_AT_MS);
    // 64 are due, late: ten connections were free, and one more is opened.
    expect(sender.sent).toHaveLength(STARTED + 1);
    for (let round = 0; round < 5; round++) {
      for (const { connection } of sender.sent.slice(-STARTED - 1))
        load.onFree(connection, 0, sender.nowMs, false);
    }
    expect(sender.sent).toHaveLength(64);
    await turn();
    expect(sender.exchanges).toHaveLength(STARTED + 1);
    expect(sender.sent.map(({ intendedMs }) => intendedMs)).toEqual(
      Array.from({ length: 64 }, (_, index) => WINDOW_AT_MS + index),
    );
    load.stop();
  });

  test('where they do not answer, connections are opened for all of it in the next turn', async () => {
    const sender = new ScriptedWorker();
    const load = loadWith(sender, 1_000);
    sender.nowMs += 63;
    load.begin(sender.nowMs, WINDOW_AT_MS);
    expect(sender.sent).toHaveLength(STARTED + 1);
    await turn();
    await turn();
    expect(sender.exchanges).toHaveLength(64);
    expect(sender.sent.map(({ intendedMs }) => intendedMs)).toEqual(
      Array.from({ length: 64 }, (_, index) => WINDOW_AT_MS + index),
    );
    load.stop();
    expect(sender.dropped).toEqual([]);
  });

  test('on time, each finds a connection at once', () => {
    const sender = new ScriptedWorker();
    const load = loadWith(sender, 1_000);
    sender.nowMs += 1.5;
    load.begin(sender.nowMs, WINDOW_AT_MS);
    for (let due = 2; due < 60; due++) {
      sender.nowMs = WINDOW_AT_MS + due;
      load.onRoom();
      expect(sender.sent).toHaveLength(due + 1);
    }
    expect(sender.exchanges).toHaveLength(60);
    load.stop();
  });

  test('beyond the cap they wait in line, and a stop drops them', async () => {
    const sender = new ScriptedWorker();
    const load = loadWith(sender, 20);
    sender.nowMs += 63;
    load.begin(sender.nowMs, WINDOW_AT_MS);
    for (let turns = 0; turns < 10; turns++) await turn();
    expect([sender.exchanges.length, sender.sent.length]).toEqual([20, 20]);
    load.stop();
    expect(sender.dropped).toEqual(Array.from({ length: 44 }, (_, index) => WINDOW_AT_MS + 20 + index));
  });
});
