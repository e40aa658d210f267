/** What the precise server does; times in milliseconds. Every n-th is by order of arrival. */
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
  /** Requests come every `gapMs`: so it is known when the first one was due, however late it came. */
  | { readonly kind: 'hang'; readonly afterMs: number; readonly gapMs: number }
  | {
      readonly kind: 'fault';
      readonly fault: 'close' | 'reset' | 'truncate' | 'garbage';
      readonly every: number;
      readonly delayMs: number;
    }
  | { readonly kind: 'slowBody'; readonly every: number; readonly slowMs: number; readonly delayMs: number };

/** What the server is told before each run; the scenario's times count from the end of the warm-up. */
export interface ServerOrders {
  readonly scenario: Scenario;
  readonly warmupMs: number;
  /** The address to listen at; that of the first orders counts. */
  readonly host: string;
  /** Whether it has a core to itself, which it then keeps busy so that its answers leave on time. */
  readonly hasCore: boolean;
}

/** What it is asked for between runs. */
export type ServerRequest =
  | { readonly type: 'orders'; readonly orders: ServerOrders }
  | { readonly type: 'log' };

/** What it says: that it listens at this port and has taken its orders, or what it did. */
export type ServerReply =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'log'; readonly log: ServerLog };

/** What it really did, by number of the request in order of arrival, on the shared clock; NaN: never left. */
export interface ServerLog {
  readonly arrivedMs: Float64Array;
  readonly leftMs: Float64Array;
  /** What its process has used since the orders came. */
  readonly cpuMs: number;
}
