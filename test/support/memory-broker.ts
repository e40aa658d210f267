import type {
  Announced,
  Broker,
  End,
  Order,
  SlotEvents,
  SlotHandler,
} from '../../src/main/cluster/broker.ts';
import { CLUSTER_TIMES } from '../../src/main/cluster/broker.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';

interface Job {
  readonly run: string;
  readonly slot: number;
  readonly version: string;
  attempts: number;
  owner: Taker | null;
  lockedUntilMs: number;
  isOver: boolean;
}

interface Taker {
  readonly version: string;
  readonly handler: SlotHandler;
  isBusy: boolean;
  isLeaving: boolean;
  /** Nothing of it reaches the broker, and nothing it. */
  isCut: boolean;
}

const RENEW_MS = CLUSTER_TIMES.renewMs;

/**
 * A broker in memory, for both sides of a run in one process: slots are claimed, renewed and lost as with the real one.
 * `cut` parts an agent from it, by the order in which they came.
 */
export class MemoryBroker {
  readonly #clock = createMonotonicClock();
  readonly #jobs: Job[] = [];
  readonly #takers: Taker[] = [];
  readonly #watchers: { readonly run: string; readonly events: SlotEvents }[] = [];
  readonly #orders = new Map<string, Order[]>();
  readonly #values = new Map<string, Uint8Array>();
  readonly #agents = new Map<string, Announced>();
  readonly #timer = setInterval(() => this.#expire(), 100);
  #isClosed = false;
  /** All that is ever said comes twice. */
  saysTwice = false;
  facts = { version: '7.0.15', evictionPolicy: 'noeviction', freeBytes: null as number | null };

  /** How far its wall clock has stepped. */
  stepMs = 0;

  /** A connection of its own: what is cut is cut for this one alone, and who dies is noticed at once. */
  connect(): Broker & { cut(isCut: boolean): void; die(): void } {
    let isCut = false;
    let taker: Taker | null = null;
    const waitFor = async (): Promise<void> => {
      while (isCut && !this.#isClosed) await new Promise((resolve) => setTimeout(resolve, 20));
      // What still asks would keep its process from ending.
      if (this.#isClosed) throw new Error('the broker is closed');
    };
    const over = async <T>(does: () => T): Promise<T> => {
      await waitFor();
      await new Promise((resolve) => setImmediate(resolve));
      await waitFor();
      return does();
    };
    const key = (run: string, name: string): string => `${run}:${name}`;
    return {
      cut: (value) => {
        isCut = value;
        if (taker !== null) taker.isCut = value;
      },
      die: () => {
        isCut = true;
        if (taker !== null) taker.isCut = true;
        for (const job of this.#jobs) if (job.owner !== null && job.owner === taker) job.lockedUntilMs = 0;
        this.#expire();
      },
      nowUs: () => over(() => this.#wallMs() * 1_000),
      facts: () => over(() => this.facts),
      addSlots: (run, slots, version) =>
        over(() => {
          for (const slot of slots)
            this.#jobs.push({
              run,
              slot,
              version,
              attempts: 0,
              owner: null,
              lockedUntilMs: 0,
              isOver: false,
            });
          this.#deal();
        }),
      watchSlots: (run, _version, events) =>
        over((): End => {
          const watcher = { run, events };
          this.#watchers.push(watcher);
          return async () => {
            this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
          };
        }),
      hasSlots: (run, slots) =>
        over(() => slots.map((slot) => this.#jobs.some((job) => job.run === run && job.slot === slot))),
      removeSlots: (run, slots) =>
        over(() => {
          for (const slot of slots) {
            const at = this.#jobs.findIndex((job) => job.run === run && job.slot === slot);
            if (at >= 0 && this.#jobs[at]?.owner === null) this.#jobs.splice(at, 1);
          }
        }),
      takeSlots: (version, _name, handler) =>
        over((): End => {
          const added = { version, handler, isBusy: false, isLeaving: false, isCut };
          taker = added;
          this.#takers.push(added);
          const renewing = setInterval(() => this.#renew(added), RENEW_MS);
          this.#deal();
          return async () => {
            added.isLeaving = true;
            while (added.isBusy) await new Promise((resolve) => setTimeout(resolve, 20));
            clearInterval(renewing);
            this.#takers.splice(this.#takers.indexOf(added), 1);
          };
        }),
      order: (run, bytes) =>
        over(() => {
          const orders = this.#orders.get(run) ?? [];
          const id = `${this.#wallMs()}-${orders.length + 1}`;
          this.#orders.set(run, [...orders, { id, bytes }]);
          return id;
        }),
      orders: async (run, after, waitMs) => {
        const endMs = this.#clock.nowMs() + waitMs;
        for (;;) {
          const all = await over(() => this.#orders.get(run) ?? []);
          const found = all.slice(all.findIndex(({ id }) => id === after) + 1);
          if (found.length > 0 || this.#clock.nowMs() > endMs) return found;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      orderAgeMs: (run) =>
        over(() => {
          const last = this.#orders.get(run)?.at(-1);
          return last === undefined ? null : this.#wallMs() - Number(last.id.split('-')[0]);
        }),
      put: (run, name, bytes) => over(() => void this.#values.set(key(run, name), bytes)),
      carried: () => over(() => 0),
      get: (run, name) => over(() => this.#values.get(key(run, name)) ?? null),
      forget: (run, names) =>
        over(() => {
          for (const name of names) this.#values.delete(key(run, name));
        }),
      announce: (id, bytes, atMs) => over(() => void this.#agents.set(id, { bytes, atMs })),
      withdraw: (id) => over(() => void this.#agents.delete(id)),
      announced: () => over(() => new Map(this.#agents)),
      close: async () => {},
    };
  }

  /** Everything that it holds in clear. */
  get bytes(): Buffer {
    const orders = [...this.#orders.values()].flatMap((list) => list.map(({ bytes }) => bytes));
    const agents = [...this.#agents.values()].map(({ bytes }) => bytes);
    return Buffer.concat([...this.#values.values(), ...agents, ...orders]);
  }

  /** It forgets all of its slots. */
  loseData(): void {
    this.#jobs.splice(0);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #wallMs(): number {
    return this.#clock.nowMs() + 1e12 + this.stepMs;
  }

  #deal(): void {
    for (const taker of this.#takers) {
      const job = this.#jobs.find(
        ({ owner, isOver, version }) => owner === null && !isOver && version === taker.version,
      );
      if (job === undefined || taker.isBusy || taker.isLeaving || taker.isCut) continue;
      job.owner = taker;
      job.attempts++;
      job.lockedUntilMs = this.#clock.nowMs() + CLUSTER_TIMES.lockMs;
      taker.isBusy = true;
      void this.#carry(job, taker);
    }
  }

  async #carry(job: Job, taker: Taker): Promise<void> {
    const { run, slot, attempts } = job;
    const isOwn = (): boolean => job.owner === taker && this.#jobs.includes(job);
    const reached = async (): Promise<void> => {
      while (taker.isCut && !this.#isClosed) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    let failure: string | null = null;
    try {
      await taker.handler.take({
        ...{ run, slot, attempt: attempts },
        say: async (bytes) => {
          await reached();
          for (let time = 0; time < (this.saysTwice ? 2 : 1); time++)
            this.#tell(run, (events) => events.onSaid(slot, bytes));
        },
        renew: async () => {
          await reached();
          this.#renew(taker);
          return isOwn();
        },
      });
    } catch (error) {
      failure = (error as Error).message;
    }
    await reached();
    taker.isBusy = false;
    // Who comes too late is not heard.
    if (isOwn()) {
      job.isOver = true;
      const because = failure;
      this.#tell(run, (events) => (because === null ? events.onDone(slot) : events.onFailed(slot, because)));
    }
    this.#deal();
  }

  #renew(taker: Taker): void {
    if (taker.isCut || !taker.isBusy) return;
    const nowMs = this.#clock.nowMs();
    const job = this.#jobs.find(({ owner, isOver }) => owner === taker && !isOver);
    if (job !== undefined) job.lockedUntilMs = nowMs + CLUSTER_TIMES.lockMs;
    taker.handler.onRenewed(job === undefined ? null : nowMs);
  }

  #expire(): void {
    for (const job of this.#jobs) {
      if (job.owner === null || job.isOver || job.lockedUntilMs > this.#clock.nowMs()) continue;
      job.owner = null;
      // It is put back in line, as by an engine that knows no better.
      this.#tell(job.run, (events) => events.onStalled(job.slot));
    }
    this.#deal();
  }

  #tell(run: string, tell: (events: SlotEvents) => void): void {
    for (const watcher of this.#watchers) if (watcher.run === run) tell(watcher.events);
  }
}
