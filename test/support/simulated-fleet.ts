import type { Announced, Broker, End, SlotEvents } from '../../src/main/cluster/broker.ts';
import { type AgentState, type Command, purposes, type Said } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { startAgent, submit } from './cluster.ts';
import { MemoryBroker } from './memory-broker.ts';

const KEY = 'secret';
const TICK_MS = 1_000;
const STATE = 'state:';

/** What an agent of one worker says at the end of its part, from a run over one. */
export async function finalStateOf(options: RunOptions): Promise<AgentState> {
  const broker = new MemoryBroker();
  const sealer = new Sealer(KEY);
  const connection = broker.connect();
  let last: AgentState | null = null;
  const agent = await startAgent(
    {
      ...connection,
      put: (run, name, bytes, signal) => {
        if (name.startsWith(STATE))
          last = sealer.open<AgentState>(purposes.state(run, name.slice(STATE.length)), bytes);
        return connection.put(run, name, bytes, signal);
      },
    },
    'model',
  );
  try {
    const { summary } = await submit(broker.connect(), options, { agents: 1 });
    await summary;
  } finally {
    await agent.leave();
    broker.close();
  }
  if (last === null) throw new Error('the agent said nothing');
  return last;
}

/**
 * A broker with any number of agents, each of whom does the same as one has done: its messages are sealed, sent and
 * opened as those of real ones, and nothing of them is kept here.
 */
export class SimulatedFleet implements Broker {
  readonly #state: AgentState;
  readonly #lengthMs: number;
  readonly #sealer = new Sealer(KEY);
  readonly #clock = createMonotonicClock();
  #events: SlotEvents | null = null;
  #run = '';
  #slots: readonly number[] = [];
  #startAtMs: number | null = null;
  #ticks: NodeJS.Timeout | undefined;
  /** Bytes of all messages from agents. */
  carriedBytes = 0;

  /** @param lengthMs of the run */
  constructor(state: AgentState, lengthMs: number) {
    this.#state = state;
    this.#lengthMs = lengthMs;
  }

  async nowUs(): Promise<number> {
    return this.#wallMs() * 1_000;
  }

  async facts(): Promise<{ version: string; evictionPolicy: string; freeBytes: null }> {
    return { version: '7.0.15', evictionPolicy: 'noeviction', freeBytes: null };
  }

  async watchSlots(_run: string, _version: string, events: SlotEvents): Promise<End> {
    this.#events = events;
    return async () => {
      clearInterval(this.#ticks);
    };
  }

  async addSlots(run: string, slots: readonly number[]): Promise<void> {
    this.#run = run;
    this.#slots = slots;
    const here = { where: 'pid 1', address: '127.0.0.1', workers: 1 };
    for (const slot of slots)
      this.#say(slot, { is: 'joined', nonce: String(slot), name: `agent-${slot}`, ...here });
  }

  async order(run: string, bytes: Uint8Array): Promise<string> {
    const command = this.#sealer.open<Command>(purposes.orders(run), bytes);
    if (command.type === 'assign')
      for (const slot of this.#slots)
        this.#say(slot, {
          ...({ is: 'ready', nonce: String(slot), rttMs: 1, slowestMs: 1, isTargetLocal: false } as const),
        });
    if (command.type === 'go') {
      this.#startAtMs = command.startAtMs;
      this.#ticks = setInterval(() => this.#tick(), TICK_MS);
    }
    return `${this.#wallMs()}-0`;
  }

  async get(run: string, name: string): Promise<Uint8Array | null> {
    const atMs = this.#elapsedMs();
    if (!name.startsWith(STATE) || atMs < TICK_MS) return null;
    const nonce = name.slice(STATE.length);
    const { workers, ...state } = this.#state;
    const own = workers.map((worker) => ({ ...worker, index: Number(nonce) }));
    const isFinal = atMs > this.#lengthMs;
    const said = { ...state, workers: own, isFinal, atMs: Math.min(atMs, this.#lengthMs) };
    return this.#carried(this.#sealer.seal(purposes.state(run, nonce), said));
  }

  async hasSlots(_run: string, slots: readonly number[]): Promise<boolean[]> {
    return slots.map(() => true);
  }

  async orders(): Promise<never[]> {
    return [];
  }

  async orderAgeMs(): Promise<number> {
    return 0;
  }

  async announced(): Promise<ReadonlyMap<string, Announced>> {
    return new Map();
  }

  async takeSlots(): Promise<End> {
    return async () => {};
  }

  async carried(): Promise<number> {
    return 0;
  }

  async removeSlots(): Promise<void> {}
  async put(): Promise<void> {}
  async forget(): Promise<void> {}
  async announce(): Promise<void> {}
  async withdraw(): Promise<void> {}
  async close(): Promise<void> {}

  #tick(): void {
    const isOver = this.#elapsedMs() > this.#lengthMs;
    if (!isOver) return;
    for (const slot of this.#slots) this.#events?.onDone(slot);
    clearInterval(this.#ticks);
  }

  #say(slot: number, said: Said): void {
    const bytes = this.#sealer.seal(purposes.said({ run: this.#run, slot }), said);
    this.#events?.onSaid(slot, this.#carried(bytes));
  }

  #carried(bytes: Uint8Array): Uint8Array {
    this.carriedBytes += bytes.length;
    return bytes;
  }

  #elapsedMs(): number {
    return this.#wallMs() - (this.#startAtMs ?? Number.POSITIVE_INFINITY);
  }

  #wallMs(): number {
    return this.#clock.nowMs() + 1e12;
  }
}
