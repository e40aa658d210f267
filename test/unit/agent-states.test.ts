import { expect, test } from '@jest/globals';
import { Slot } from '../../src/main/cluster/agent-slots.ts';
import type { AgentState } from '../../src/main/cluster/messages.ts';
import { collectorOf, LatestStates } from '../../src/main/cluster/states.ts';
import { portableRecords } from '../../src/main/collect/portable.ts';
import type { Snapshot } from '../../src/main/collect/snapshot.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { brokenRule } from '../../src/main/run/abort-rules.ts';
import { answered, blockOf } from '../support/samples.ts';

const PER_MS = 0.1;

/** What a run over agents knows that each send 100/s, and have reported last at these times; a lost one is over. */
async function knownOf(
  reports: readonly { readonly atMs: number; readonly isLost?: true }[],
  options: Partial<RunOptions> = {},
) {
  const plan = await resolvePlan({
    ...{ url: 'http://127.0.0.1:9/', rate: String(100 * reports.length), duration: '12s' },
    ...options,
  });
  const outcomes = reports.map(({ isLost = false }, index) => {
    const slot = new Slot(index);
    const [name, address] = [`agent-${index}`, '10.0.0.1'];
    slot.hear({ is: 'joined', nonce: String(index), name, where: 'pid 1', address, workers: 1 });
    if (isLost) slot.end('it is gone', 0, 0);
    return { slot, shards: [] };
  });
  const states = new LatestStates(plan, outcomes, {
    state: async (nonce) => stateAt(reports[Number(nonce)]!.atMs),
    carried: async () => 0,
  });
  function stateAt(atMs: number): AgentState {
    const { tallies, records } = collectorOf(plan);
    const count = Math.max(0, atMs * PER_MS);
    tallies[0]!.fold(blockOf(Array.from({ length: count }, (_, row) => answered(1, row / PER_MS))), records);
    return {
      ...{ isFinal: false, atMs, reason: null, base: null, workers: [], driftMs: null },
      records: portableRecords(tallies, records),
      costs: { ownCpuMs: 0, ownLoopCpuMs: 0, blockBytes: 0, ownPeakRssBytes: 0 },
    };
  }
  await states.read();
  return { plan, snapshot: states.snapshot() };
}

const rateIn = (snapshot: Snapshot | null): number => ((snapshot?.ended ?? 0) * 1_000) / snapshot!.elapsedMs;

test('while one agent is silent, the clock goes on: the rate of all is never more than was sent', async () => {
  const { snapshot } = await knownOf([{ atMs: 8_000 }, { atMs: 8_100 }, { atMs: 3_000 }]);
  expect([snapshot?.elapsedMs, snapshot?.oldestMs]).toEqual([8_100, 3_000]);
  expect(rateIn(snapshot)).toBeLessThanOrEqual(300);
  const lost = await knownOf([{ atMs: 8_000 }, { atMs: 8_100 }, { atMs: 3_000, isLost: true }]);
  expect([lost.snapshot?.elapsedMs, lost.snapshot?.oldestMs]).toEqual([8_100, 8_000]);
});

test('a silent agent breaks no limit on a rate, whichever way it points', async () => {
  for (const rule of ['throughput<360/s', 'rate<=310/s', 'throughput>290/s', 'rate>=290/s']) {
    const { plan, snapshot } = await knownOf([{ atMs: 8_000 }, { atMs: 8_000 }, { atMs: 3_000 }], {
      abortOn: [rule],
    });
    expect([rule, brokenRule(plan, snapshot!)]).toEqual([rule, null]);
  }
});

test('limits that all agents together break are seen, also while one is silent', async () => {
  for (const rule of ['throughput<200/s', 'throughput>900/s']) {
    const { plan, snapshot } = await knownOf([{ atMs: 8_000 }, { atMs: 8_000 }, { atMs: 6_000 }], {
      abortOn: [rule],
    });
    expect(brokenRule(plan, snapshot!)?.expression).toBe(rule);
  }
});

test('nothing is known before the load begins, although agents report before', async () => {
  expect((await knownOf([{ atMs: -150 }, { atMs: -900 }])).snapshot).toBeNull();
  expect((await knownOf([{ atMs: -150 }, { atMs: -900 }], { warmup: '1s' })).snapshot?.elapsedMs).toBe(-150);
});
