import type { MetricKind, RowDeal } from './scenario.ts';

/** A number of milliseconds, or text with a unit: `500ms`, `10s`, `2m`, `1h`. */
export type ScenarioDuration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

export interface VuStage {
  duration: ScenarioDuration;
  target: number;
}

/** What loads by a schedule have in common. */
export interface ScheduledArrivals {
  /** The most users at once; default 10,000. */
  maxVUs?: number;
  /** Users that are there, and set up, before the first iteration is due. */
  preAllocatedVUs?: number;
  arrivals?: 'constant' | 'poisson';
  /** Without a free user an iteration waits in line (default), or is left out. */
  whenBusy?: 'queue' | 'drop';
}

/** Who starts iterations, and when. */
export type Executor = { startTime?: ScenarioDuration; gracefulStop?: ScenarioDuration } & (
  | { executor: 'constant-vus'; vus: number; duration: ScenarioDuration }
  | {
      executor: 'ramping-vus';
      startVUs?: number;
      stages: readonly VuStage[];
      gracefulRampDown?: ScenarioDuration;
    }
  | {
      executor: 'per-vu-iterations' | 'shared-iterations';
      vus: number;
      iterations: number;
      maxDuration?: ScenarioDuration;
    }
  | ({
      executor: 'constant-arrival-rate';
      rate: number;
      timeUnit?: ScenarioDuration;
      duration: ScenarioDuration;
    } & ScheduledArrivals)
  | ({
      executor: 'ramping-arrival-rate';
      startRate?: number;
      timeUnit?: ScenarioDuration;
      stages: readonly VuStage[];
    } & ScheduledArrivals)
);

/** `204`, `[200, 404]`, `'2xx'`, or `'any'`. */
export type StatusRule = number | readonly number[] | `${1 | 2 | 3 | 4 | 5}xx` | 'any';

/** What one request says, and what its answer has to be like. */
export interface RequestParams {
  /** What it is called in the result; by default its method and path. */
  name?: string;
  headers?: Readonly<Record<string, string>>;
  /** Added to the URL; of a list each value, nothing of undefined and null. */
  query?: Readonly<Record<string, unknown>>;
  /** One of `json`, `form` and `body`. */
  json?: unknown;
  form?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** By default any status below 400. */
  expect?: StatusRule | { status?: StatusRule; body?: string; json?: Readonly<Record<string, unknown>> };
  /** Redirects that are followed; default 10. */
  redirects?: number;
  /** Without (`false`) it neither says nor gets any. */
  cookies?: boolean;
}

/** A URL of the `url` template. */
export interface Url {
  readonly href: string;
  /** The same with `{}` for each value. */
  readonly name: string;
}

/** A complete answer. */
export interface Response {
  readonly status: number;
  /** Milliseconds: for a connection, until the first byte, and from the first byte sent until the last one received. */
  readonly timings: Readonly<Record<'wait' | 'firstByte' | 'service', number>>;
  /** The value of a field; of several of a name, joined by commas; null where there is none. */
  header(name: string): string | null;
  text(): string;
  bytes(): Uint8Array;
  /** The body as JSON, of the type that you say: `json<Cart>()`. Nothing checks it; a schema does. */
  json<T = unknown>(): T;
  /** @throws Error where the JSON does not fit; `schema` is of zod, valibot or another library of Standard Schema */
  json<S extends StandardSchema>(schema: S): Output<S>;
  /** The value at a path of the JSON, such as `data.items[0].id`, of the type that you say: `pick<string>('id')`. @throws Error where there is none */
  pick<T = unknown>(path: string): T;
  /** The first group of a pattern in the text, or all of it. @throws Error where it does not match */
  match(pattern: RegExp): string;
}

/** @throws RequestError where there is no complete answer, or another one than expected */
type Send = (url: string | Url, params?: RequestParams) => Promise<Response>;

/** Sends requests over a user's own connections. */
export type Http = Readonly<Record<'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options', Send>>;

/** The cookies of a user. A URL says whose: by default those that go to `baseURL`. */
export interface Cookies {
  /** Null where there is none of that name. */
  get(name: string, url?: string | Url): string | null;
  all(url?: string | Url): Record<string, string>;
  /** For the host of the URL and all its paths. @throws TypeError for what no cookie can say */
  set(name: string, value: string, url?: string | Url): void;
  clear(): void;
}

/** What of a test's own metrics takes a value. */
export interface MetricRecorders {
  counter: { add(by?: number): void };
  trend: { add(value: number): void };
  rate: { add(good: boolean): void };
  gauge: { set(value: number): void };
}

export type Metrics = Readonly<Record<string, MetricKind>>;

/** A virtual user, as its scenario sees it. */
export interface VU<R = unknown, M extends Metrics = Metrics, D = unknown> {
  /** From 1, unique in the run. */
  readonly id: number;
  /** This user's iterations so far, from 0. */
  readonly iteration: number;
  /** The iteration's number in its scenario, from 1, unique over all workers. */
  readonly n: number;
  readonly scenario: string;
  /** What `setup` has returned: a copy in each worker. */
  readonly data: D;
  /** The row of this user, or of this iteration. */
  readonly row: R;
  /** Whatever the scenario keeps for its user; it outlasts iterations. */
  readonly vars: Record<string, unknown>;
  readonly http: Http;
  readonly cookies: Cookies;
  /** Aborted when the iteration has to end. */
  readonly signal: AbortSignal;
  readonly metrics: { readonly [K in keyof M]: MetricRecorders[M[K]] };
  /** From 0 to 1, without 1; follows from seed, scenario and `n`. */
  random(): number;
  /** Think time: so long, or something from `time` to `upTo`. */
  sleep(time: ScenarioDuration, upTo?: ScenarioDuration): Promise<void>;
  /** A part of the iteration with a name and times of its own; inside it use the user that it is given. */
  group<T>(name: string, body: (vu: this) => T | Promise<T>): Promise<T>;
  /** Counts for each name whether it holds; true where all do. The iteration goes on. */
  check<T>(value: T, checks: Readonly<Record<string, (value: T) => boolean>>): boolean;
}

/** What a scenario, or a user's beginning or end, does. */
export type Body<R, M extends Metrics, D = unknown> = (vu: VU<R, M, D>) => void | Promise<void>;

/** What `setup` and `teardown` may do: once in a run, and of no iteration. */
export type Once = Pick<VU, 'http' | 'cookies' | 'sleep' | 'random' | 'signal'>;

/** Rows for users or iterations. */
export interface Rows<R> {
  readonly kind: 'rows';
  readonly source: RowSource;
  readonly deal: RowDeal;
  /** The type of a row. */
  readonly row?: R;
}

/** A file, from the module's folder, or what the module has. */
export type RowSource =
  | { readonly type: 'csv' | 'jsonl'; readonly file: string }
  | { readonly type: 'items'; readonly items: readonly unknown[] };

/** One scenario of several. */
export interface ScenarioOf<R, M extends Metrics, D = unknown> {
  load?: Executor;
  /** Its part of the test's `load`: a whole number from 1. */
  weight?: number;
  rows?: Rows<R>;
  /** Each iteration has connections of its own. */
  newConnection?: boolean;
  /** Its users keep cookies; default true. */
  cookies?: boolean;
  /** From one iteration to the next; else each begins with those that `vuSetup` has got. */
  keepCookies?: boolean;
  exec: Body<NoInfer<R>, M, D>;
  /** Once for each user, before its first iteration. */
  vuSetup?: Body<NoInfer<R>, M, D>;
  /** Once for each user, after its last iteration. */
  vuTeardown?: Body<NoInfer<R>, M, D>;
}

/** What a test says beside its scenarios. */
export interface TestOptions {
  /** Stands before the path of every request that names no origin. */
  baseURL?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** Rules that the run has to keep. */
  thresholds?: readonly string[];
  /** For each request; default 10 s. */
  timeout?: ScenarioDuration;
  seed?: number;
  /** For `setup`, and for `teardown`; default 60 s. */
  setupTimeout?: ScenarioDuration;
}

/** Any row; of a CSV file each cell is text. */
export type Row = Readonly<Record<string, string>>;

/** What a module of scenarios exports by default. */
export interface Test {
  readonly kind: 'test';
  readonly definition: TestDefinition;
}

/** The same without the types of its rows, data and metrics. */
export interface TestDefinition extends TestOptions {
  readonly load?: Executor;
  readonly metrics?: Metrics;
  readonly setup?: (once: Once) => unknown;
  readonly teardown?: (data: unknown, once: Once) => unknown;
  readonly scenarios: Readonly<Record<string, ScenarioOf<unknown, Metrics>>>;
}

/** What zod, valibot and others have in common (standardschema.dev). */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly types?: { readonly output: unknown } | undefined;
    validate(value: unknown): unknown;
  };
}

export type Output<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];
