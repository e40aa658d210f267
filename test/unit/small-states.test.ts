import { expect, test } from '@jest/globals';
import { type AgentState, baseName, purposes, stateName } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import { SmallStates } from '../../src/main/cluster/small-states.ts';
import { StateReader } from '../../src/main/cluster/state-reader.ts';
import { addRecords, type PortableRecords, portableRecords } from '../../src/main/collect/portable.ts';
import { Series } from '../../src/main/collect/series.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { fc } from '../support/properties.ts';
import { expectSame } from '../support/same.ts';
import { blockOf, recordsOf, type Sample } from '../support/samples.ts';

const RUN = 'run';
const NONCE = 'nonce';
const sealer = new Sealer('key');

/** What the broker does with a value: takes it, refuses it, takes it and is not heard, or loses it after all. */
const FATES = ['taken', 'taken', 'taken', 'taken', 'refused', 'unheard', 'lost'] as const;
type Fate = (typeof FATES)[number];

/** An agent that records and tells, on a broker in memory. */
class Telling {
  readonly values = new Map<string, Uint8Array>();
  /** What was recorded in all at each state, by its time. */
  readonly whole = new Map<number, unknown>();
  readonly #keepsWhole: boolean;
  /** Bytes of all values. */
  sentBytes = 0;
  readonly #tally = new Tally();
  readonly #records = recordsOf();
  readonly #fates: Fate[];
  #states = 0;
  readonly #small = new SmallStates({
    putBase: async (place, base) =>
      this.#put(baseName(NONCE, place), sealer.seal(purposes.base(RUN, NONCE), base)),
    putState: async (base, from) => {
      const atMs = ++this.#states;
      if (this.#keepsWhole) this.whole.set(atMs, sumOf(portableRecords([this.#tally], this.#records)));
      const records = portableRecords([this.#tally], this.#records, from);
      const state: AgentState = {
        ...{ isFinal: false, atMs, reason: null, records, base, workers: [], driftMs: null },
        costs: { ownCpuMs: 0, ownLoopCpuMs: 0, blockBytes: 0, ownPeakRssBytes: 0 },
      };
      this.#put(stateName(NONCE), sealer.seal(purposes.state(RUN, NONCE), state));
    },
  });

  constructor(fates: readonly Fate[], keepsWhole = true) {
    this.#keepsWhole = keepsWhole;
    this.#fates = [...fates];
  }

  record(samples: readonly Sample[]): void {
    this.#tally.fold(blockOf(samples), this.#records);
  }

  tell(): Promise<void> {
    return this.#small.tell(this.#records.series, new AbortController().signal).catch(() => {});
  }

  /** What somebody reads at first sight. */
  get reader(): StateReader {
    const get = async (_run: string, name: string): Promise<Uint8Array | null> =>
      this.values.get(name) ?? null;
    return new StateReader({ get, carried: async () => 0 }, sealer, RUN);
  }

  #put(name: string, bytes: Uint8Array): void {
    const fate = this.#fates.shift() ?? 'taken';
    if (fate === 'refused') throw new Error('OOM');
    this.sentBytes += bytes.length;
    if (fate !== 'lost') this.values.set(name, bytes);
    if (fate === 'unheard') throw new Error('Connection is closed.');
  }
}

/** The records added to empty ones, as the submitter does. */
function sumOf(records: PortableRecords): unknown {
  const [tally, sum] = [new Tally(), recordsOf({ series: new Series() })];
  addRecords(tally, sum, records, [0]);
  return plain(portableRecords([tally], sum));
}

function plain(records: PortableRecords): unknown {
  return JSON.parse(
    JSON.stringify(records, (_key, value: unknown) => {
      if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
      if (value instanceof Map) return [...value];
      return ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value;
    }),
  );
}

/** Requests due around a time, some of the warm-up, some that end much later, some that fail. */
const samplesAt = (aboutMs: number): fc.Arbitrary<readonly Sample[]> =>
  fc.array(
    fc.record({
      intendedMs: fc.integer({ min: aboutMs - 900, max: aboutMs }),
      serviceMs: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9_000 })),
      firstByteMs: fc.constant(1),
      status: fc.constant(200),
      outcome: fc.constantFrom('ok', 'ok', 'reset', 'dropped'),
    }) as fc.Arbitrary<Sample>,
    { maxLength: 6 },
  );

const seconds = fc
  .array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 10 })
  .chain((steps) => {
    let atMs = 0;
    return fc.tuple(
      ...steps.map((step) => {
        atMs += step;
        return samplesAt(atMs);
      }),
    );
  });

test('whatever a broker takes, refuses or loses, a state says all that was recorded until then, or nothing', async () => {
  await fc.assert(
    fc.asyncProperty(seconds, fc.array(fc.constantFrom(...FATES), { maxLength: 30 }), async (all, fates) => {
      const agent = new Telling(fates);
      const first = agent.reader;
      for (const samples of all) {
        agent.record(samples);
        await agent.tell();
        // One that has read all before, and one that comes just now.
        for (const reader of [first, agent.reader]) {
          const state = await reader.state(NONCE);
          if (state !== null) expectSame(sumOf(state.records), agent.whole.get(state.atMs));
          // Only a base that the broker has lost after it had taken it makes a state useless.
          else if (!fates.includes('lost')) expect(agent.values.has(stateName(NONCE))).toBe(false);
        }
      }
      await agent.tell();
      await agent.tell();
      expect(agent.values.has(stateName(NONCE)) || fates.length > 0).toBe(true);
    }),
    { numRuns: 15 },
  );
});

test('after all losses, what is told next can be read', async () => {
  const agent = new Telling(['lost', 'taken', 'unheard', 'refused', 'lost']);
  for (let second = 1; second <= 8; second++) {
    agent.record([{ intendedMs: second * 1_000, serviceMs: 5, firstByteMs: 1 }]);
    await agent.tell();
  }
  const state = await agent.reader.state(NONCE);
  expect(state?.atMs).toBe(agent.whole.size);
  expect(state?.records.tally.samples).toBe(8);
});

test('a minute of states takes a small part of what it takes to say all of it each second', async () => {
  const agent = new Telling([], false);
  let wholeBytes = 0;
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const [tally, records] = [new Tally(), recordsOf()];
  for (let second = 0; second < 60; second++) {
    const samples = Array.from({ length: 500 }, (_, at) => ({
      ...{ intendedMs: second * 1_000 + 2 * at, serviceMs: 1 + 40 * random(), firstByteMs: 1 },
    }));
    agent.record(samples);
    tally.fold(blockOf(samples), records);
    await agent.tell();
    wholeBytes += sealer.seal('whole', portableRecords([tally], records)).length;
  }
  expect(agent.sentBytes).toBeLessThan(wholeBytes / 3);
});
