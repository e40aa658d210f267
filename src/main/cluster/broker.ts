/** A place in a run for one agent. */
export interface SlotId {
  readonly run: string;
  readonly slot: number;
}

/** A slot held exclusively by one agent. */
export interface TakenSlot extends SlotId {
  /** 1 the first time: an agent that gets a slot with a higher count must not use it. */
  readonly attempt: number;
  /** Sends a message to whatever watches the run's slots. */
  say(bytes: Uint8Array): Promise<void>;
  /** Renews the slot; false if it no longer belongs to this agent. */
  renew(): Promise<boolean>;
}

/** Handles the slots that an agent takes. */
export interface SlotHandler {
  /** Resolves when the slot is done; rejects with an error whose message says why it failed. */
  take(slot: TakenSlot): Promise<void>;
  /** This agent still held its slots at `sentAtMs` on the monotonic clock; null if it lost them. */
  onRenewed(sentAtMs: number | null): void;
}

/** Events for the watcher of slots; each may come twice. */
export interface SlotEvents {
  onSaid(slot: number, bytes: Uint8Array): void;
  onDone(slot: number): void;
  onFailed(slot: number, because: string): void;
  /** The agent has not renewed the slot in time. */
  onStalled(slot: number): void;
}

export interface Order {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** What an agent has said of itself, and when: in clear, since others may have another key. */
export interface Announced {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

export interface BrokerFacts {
  readonly version: string;
  /** What the broker does when its memory is full. */
  readonly evictionPolicy: string;
  /** Null without a limit. */
  readonly freeBytes: number | null;
}

/** Stops an ongoing activity. */
export type End = () => Promise<void>;

/**
 * Connects the agents and submitters of one pool. It gives each slot to at most one agent at a time, notices when an
 * agent no longer answers, and passes on messages, which stay sealed. A second engine would implement this.
 */
export interface Broker {
  /** The broker's wall clock, in microseconds. */
  nowUs(): Promise<number>;
  facts(): Promise<BrokerFacts>;

  /** Adds slots, all at once, queued behind those of other runs. Only agents of this version take them. */
  addSlots(run: string, slots: readonly number[], version: string): Promise<void>;
  watchSlots(run: string, version: string, events: SlotEvents): Promise<End>;
  /** Whether each of these slots exists, taken or not, done or not. */
  hasSlots(run: string, slots: readonly number[], version: string): Promise<readonly boolean[]>;
  /** Removes slots that no agent has taken. */
  removeSlots(run: string, slots: readonly number[], version: string): Promise<void>;
  /** Takes slots, one at a time. The returned function stops taking, and lets a slot in use finish. */
  takeSlots(version: string, name: string, handler: SlotHandler): Promise<End>;

  order(run: string, bytes: Uint8Array): Promise<string>;
  /** Returns the orders after that id, from the first one with '0'; waits up to `waitMs` if there are none yet. */
  orders(run: string, after: string, waitMs: number): Promise<readonly Order[]>;
  /** Age of the last order, by the broker's clock; null without one. */
  orderAgeMs(run: string): Promise<number | null>;

  /**
   * Replaces a value atomically. A long one is sent in pieces, so that renewals can pass between them;
   * `signal` aborts an unfinished transfer and leaves the old value in place.
   */
  put(run: string, name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Bytes of a long value transferred so far; 0 without a transfer. */
  carried(run: string, name: string): Promise<number>;
  get(run: string, name: string): Promise<Uint8Array | null>;
  /** Deletes values of a run before they expire. */
  forget(run: string, names: readonly string[]): Promise<void>;

  /** Lists an agent in the pool under an id, as of that time of the broker's clock. */
  announce(id: string, bytes: Uint8Array, atMs: number): Promise<void>;
  withdraw(id: string): Promise<void>;
  announced(): Promise<ReadonlyMap<string, Announced>>;

  close(): Promise<void>;
}

/** Times that agents and submitters share. */
export const CLUSTER_TIMES = {
  /** A slot that is not renewed for this long is lost to its agent. */
  lockMs: 5_000,
  renewMs: 1_000,
  /** Counts from the sending of the last renewal: shorter than the lock, so an agent stops before it is declared lost. */
  leaseMs: 4_000,
  beatMs: 1_000,
  /** Without an order for this long an agent stops: its submitter is gone or cut off. */
  orphanMs: 5_000,
  announceMs: 2_000,
  /** An agent that has not announced itself for this long is not listed. */
  staleMs: 6_000,
} as const;
