/** An empty place in a run, for one agent. */
export interface SlotId {
  readonly run: string;
  readonly slot: number;
}

/** A slot that an agent has taken, and that nobody else has. */
export interface TakenSlot extends SlotId {
  /** The first time is 1: whoever takes a slot again must leave it alone. */
  readonly attempt: number;
  /** Tells whoever watches the run's slots. */
  say(bytes: Uint8Array): Promise<void>;
  /** Makes sure that the slot is still this agent's; false where it is not. */
  renew(): Promise<boolean>;
}

/** What a taker of slots does with them. */
export interface SlotHandler {
  /** Resolves when the slot is done; rejects with an error whose message says why it could not be. */
  take(slot: TakenSlot): Promise<void>;
  /** The slots that this agent has are its own as of `sentAtMs` on the monotonic clock; null: no longer. */
  onRenewed(sentAtMs: number | null): void;
}

/** What whoever waits for slots hears; each may come twice. */
export interface SlotEvents {
  onSaid(slot: number, bytes: Uint8Array): void;
  onDone(slot: number): void;
  onFailed(slot: number, because: string): void;
  /** Its agent has not renewed it in time. */
  onStalled(slot: number): void;
}

export interface Order {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface BrokerFacts {
  readonly version: string;
  /** What is done when memory is full. */
  readonly evictionPolicy: string;
  /** Null where there is no limit. */
  readonly freeBytes: number | null;
}

/** Ends something that goes on until then. */
export type End = () => Promise<void>;

/**
 * What agents and submitters of one pool share. It gives each slot to one agent at most at a time, notices when an
 * agent no longer answers, and hands on what is said; all of it stays sealed. A second engine implements this.
 */
export interface Broker {
  /** Its day clock, in microseconds. */
  nowUs(): Promise<number>;
  facts(): Promise<BrokerFacts>;

  /** Adds slots, all at once and in line behind those of others. Only agents of this version take them. */
  addSlots(run: string, slots: readonly number[], version: string): Promise<void>;
  watchSlots(run: string, version: string, events: SlotEvents): Promise<End>;
  /** Whether each of these is there, taken or not, done or not. */
  hasSlots(run: string, slots: readonly number[], version: string): Promise<readonly boolean[]>;
  /** Takes out slots that nobody has taken. */
  removeSlots(run: string, slots: readonly number[], version: string): Promise<void>;
  /** Takes slots, one at a time. The returned function takes no more, and lets one that is taken come to its end. */
  takeSlots(version: string, name: string, handler: SlotHandler): Promise<End>;

  order(run: string, bytes: Uint8Array): Promise<string>;
  /** Those after that one, of which the first is after '0'; waits for `waitMs` where there are none yet. */
  orders(run: string, after: string, waitMs: number): Promise<readonly Order[]>;
  /** How long ago the last order was given, by the broker's clock; null where there is none. */
  orderAgeMs(run: string): Promise<number | null>;

  /**
   * Replaces a value, all of it at once. A long one is carried in pieces, so that renewals find their way between them;
   * `signal` gives up what has not been carried yet, and the value that was there stays.
   */
  put(run: string, name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** How many bytes of a long value have been carried so far; 0 where none is on its way. */
  carried(run: string, name: string): Promise<number>;
  get(run: string, name: string): Promise<Uint8Array | null>;
  /** Frees what a run has put, sooner than it would expire by itself. */
  forget(run: string, names: readonly string[]): Promise<void>;

  /** Shows an agent to others, by an id. */
  announce(id: string, bytes: Uint8Array): Promise<void>;
  withdraw(id: string): Promise<void>;
  announced(): Promise<ReadonlyMap<string, Uint8Array>>;

  close(): Promise<void>;
}

/** Times that both sides go by. */
export const CLUSTER_TIMES = {
  /** A slot that is not renewed for so long is its agent's no longer. */
  lockMs: 5_000,
  renewMs: 1_000,
  /** From the sending of the last renewal: an agent has stopped before it is declared lost. */
  leaseMs: 4_000,
  beatMs: 1_000,
  /** Without an order for so long an agent stops: its submitter is gone, or cut off. */
  orphanMs: 5_000,
  announceMs: 2_000,
  /** An agent that has not been heard of for so long is not listed. */
  staleMs: 6_000,
} as const;
