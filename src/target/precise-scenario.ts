/** The behaviour of the precise server; times in milliseconds. Every n-th counts in order of arrival. */
export type Scenario =
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'mix'; readonly every: number; readonly slowMs: number; readonly fastMs: number }
  | { readonly kind: 'serial'; readonly serviceMs: number }
  | {
      readonly kind: 'stall';
      readonly serviceMs: number;
      readonly firstAtMs: number;
      readonly periodMs: number;
      readonly stallMs: number;
      readonly times: number;
    }
  /** Requests are due every `gapMs`, so the due time of the first is known even if it is late. */
  | { readonly kind: 'hang'; readonly afterMs: number; readonly gapMs: number }
  | {
      readonly kind: 'fault';
      readonly fault: 'close' | 'reset' | 'truncate' | 'garbage';
      readonly every: number;
      readonly delayMs: number;
    }
  | { readonly kind: 'slowBody'; readonly every: number; readonly slowMs: number; readonly delayMs: number };

/** Orders to the server before each run; the scenario's times count from the end of the warm-up. */
export interface ServerOrders {
  readonly scenario: Scenario;
  readonly warmupMs: number;
  /** The address to listen on; only the first orders' counts. */
  readonly host: string;
  /** Whether it has its own core, which it then keeps busy so that answers leave on time. */
  readonly hasCore: boolean;
}

/** Questions to the server between runs. */
export type ServerRequest =
  | { readonly type: 'orders'; readonly orders: ServerOrders }
  | { readonly type: 'log' };

/** Its messages: that it listens on a port and has its orders, or a log of what it did. */
export type ServerReply =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'log'; readonly log: ServerLog };

/** What it really did, by request in order of arrival, on the shared clock; NaN: never sent. */
export interface ServerLog {
  readonly arrivedMs: Float64Array;
  readonly leftMs: Float64Array;
  /** CPU of its process since the orders. */
  readonly cpuMs: number;
}
