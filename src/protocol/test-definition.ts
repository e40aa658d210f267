import type { MetricKind, RowDeal } from './scenario-words.ts';

/** A number of milliseconds, or text with a unit: `500ms`, `10s`, `2m`, `1h`. */
export type ScenarioDuration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

interface VuStage {
  duration: ScenarioDuration;
  target: number;
}

/** Settings shared by loads that follow a schedule. */
interface ScheduledArrivals {
  /** Upper limit on concurrent users; default 10,000. */
  maxVUs?: number;
  /** Users whose setup begins with the load, and not only when an iteration needs one more. */
  preAllocatedVUs?: number;
  arrivals?: 'constant' | 'poisson';
  /** Without a free user an iteration waits in line (default) or is dropped. */
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

type FieldText = string | number | bigint | boolean | URL | null | undefined;

/** Values that have one text each, or lists of them. */
export type RequestFields = URLSearchParams | Readonly<Record<string, FieldText | readonly FieldText[]>>;

/** One request, and what its answer must be like. */
export type RequestParams = RequestSettings & OneBody;

/** A request has at most one of `json`, `form` and `body`. */
type OneBody =
  | { json?: unknown; form?: undefined; body?: undefined }
  | {
      json?: undefined;
      /** Its values are those of `query`. */
      form?: RequestFields;
      body?: undefined;
    }
  | { json?: undefined; form?: undefined; body?: string | Uint8Array };

interface RequestSettings {
  /** Its name in the result; default: method and path. */
  name?: string;
  headers?: Readonly<Record<string, string>>;
  /** Added to the URL: each value of a list; undefined and null are left out. */
  query?: RequestFields;
  /** Default: every status below 400. */
  expect?: StatusRule | { status?: StatusRule; body?: string; json?: Readonly<Record<string, unknown>> };
  /** Redirects to follow; default 10. */
  redirects?: number;
  /** How long it may take in all, with its redirects; default the test's. */
  timeout?: ScenarioDuration;
  /** With `false` the request neither sends nor stores cookies. */
  cookies?: boolean;
  /** With `true` the answer is read as a stream of tokens, as the test's `streams` says. */
  stream?: boolean;
}

/** A URL made by the `url` template. */
export interface Url {
  readonly href: string;
  /** The same with `{}` in place of each value. */
  readonly name: string;
}

/** The tokens of a complete answer. */
export interface StreamedAnswer {
  /** The text, put together, without reasoning. */
  readonly text: string;
  /** As `streams` counts them; null if unknown. */
  readonly tokens: number | null;
  /** Events with a part of the answer; 0 if it came in one piece. */
  readonly events: number;
  /** Milliseconds: until the first token, per token after it, and until the last token; null if there is no such time. */
  readonly timings: Readonly<Record<'firstToken' | 'perToken' | 'lastToken', number | null>>;
}

/** A complete answer. */
export interface Response {
  readonly status: number;
  /** Milliseconds: waiting for a connection, until the first byte, and from the first byte sent to the last received. */
  readonly timings: Readonly<Record<'wait' | 'firstByte' | 'service', number>>;
  /** Null for a request without `stream`. */
  readonly stream: StreamedAnswer | null;
  /** The value of a header; several of one name are joined by commas; null if absent. */
  header(name: string): string | null;
  text(): string;
  bytes(): Uint8Array;
  /** The body as JSON, typed as you say: `json<Cart>()`. The type is not checked; pass a schema for that. */
  json<T = unknown>(): T;
  /** `schema` is from zod, valibot or another Standard Schema library. @throws Error if the JSON does not match it */
  json<S extends StandardSchema>(schema: S): Output<S>;
  /** The value at a JSON path such as `data.items[0].id`, typed as you say: `pick<string>('id')`. @throws Error if there is none */
  pick<T = unknown>(path: string): T;
  /** The pattern's first group in the text, or the whole match. @throws Error if it does not match */
  match(pattern: RegExp): string;
  /** The text of the first element of the HTML that the CSS selector matches, or its attribute. @throws Error if there is none */
  css(selector: string, attribute?: string): string;
}

/** @throws RequestError without a complete answer, or if it is not as expected */
type Send = (url: string | Url, params?: RequestParams) => Promise<Response>;

/** Sends requests over the user's own connections. */
export type Http = Readonly<Record<'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options', Send>>;

/** The user's cookies. The URL selects a site; default `baseURL`. */
export interface Cookies {
  /** Null if there is no cookie of that name. */
  get(name: string, url?: string | Url): string | null;
  all(url?: string | Url): Record<string, string>;
  /** For the URL's host and all its paths. @throws TypeError if no cookie can have this name or value */
  set(name: string, value: string, url?: string | Url): void;
  clear(): void;
}

/** Takes the values of a test's custom metrics. */
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
  /** Number of this iteration for this user, from 0. */
  readonly iteration: number;
  /** The iteration's number in its scenario, from 1, unique over all workers. */
  readonly n: number;
  readonly scenario: string;
  /** The return value of `setup`: a copy in each worker. */
  readonly data: D;
  /** The row of this user, or of this iteration. */
  readonly row: R;
  /** Anything that the scenario keeps for its user across iterations. */
  readonly vars: Record<string, unknown>;
  readonly http: Http;
  readonly cookies: Cookies;
  /** Aborted when the iteration must end. */
  readonly signal: AbortSignal;
  readonly metrics: { readonly [K in keyof M]: MetricRecorders[M[K]] };
  /** At least 0 and below 1; determined by seed, scenario and `n`. */
  random(): number;
  /** Think time: exactly `time`, or random from `time` to `upTo`. */
  sleep(time: ScenarioDuration, upTo?: ScenarioDuration): Promise<void>;
  /** A named part of the iteration with its own times; inside it, use the user passed to it. */
  group<T>(name: string, body: (vu: this) => T | Promise<T>): Promise<T>;
  /** Counts for each name whether it holds; true if all do. The iteration continues either way. */
  check<T>(value: T, checks: Readonly<Record<string, (value: T) => boolean>>): boolean;
}

/** The code of a scenario, or of a user's setup or teardown. */
export type Body<R, M extends Metrics, D = unknown> = (vu: VU<R, M, D>) => void | Promise<void>;

/** What `setup` and `teardown` get: they run once and belong to no iteration. */
export type Once = Pick<VU, 'http' | 'cookies' | 'sleep' | 'random' | 'signal'>;

/** Rows for users or iterations. */
export interface Rows<R, Deal extends RowDeal = RowDeal> {
  readonly kind: 'rows';
  readonly source: RowSource;
  readonly deal: Deal;
  /** The type of a row. */
  readonly row?: R;
}

/** A file, relative to the module, or the module's own rows. */
type RowSource =
  | { readonly type: 'csv' | 'jsonl'; readonly file: string }
  | { readonly type: 'items'; readonly items: readonly unknown[] };

/** The row that an iteration has. */
type RowIn<Given> = Given extends Rows<infer R> ? R : undefined;

/** The row that a user has before its first iteration and after its last: none unless each user has its own. */
type RowOfUser<Given> =
  Given extends Rows<infer R, infer Deal> ? ('per-vu' extends Deal ? R : undefined) : undefined;

/** One of several scenarios. `Given` is the type of its `rows`. */
export type ScenarioOf<Given, M extends Metrics, D = unknown> = ScenarioSettings<Given, M, D> &
  PartOfLoad &
  CookiesOf;

/** The type of no value; the compiler shows its name. */
interface NoWeightBesideLoad {
  readonly never: never;
}

/** A scenario with a load of its own has no share of the test's. */
type PartOfLoad =
  | { load: Executor; weight?: NoWeightBesideLoad }
  | {
      load?: undefined;
      /** Its share of the test's `load`: a whole number from 1. */
      weight?: number;
    };

/** Without cookies there are none to keep. */
export type CookiesOf =
  | {
      /** Its users keep cookies; default true. */
      cookies?: true;
      /** Cookies survive iterations; else each iteration begins with those from `vuSetup`. */
      keepCookies?: boolean;
    }
  | { cookies?: boolean; keepCookies?: undefined };

interface ScenarioSettings<Given, M extends Metrics, D> {
  rows?: Given & Rows<unknown>;
  /** Each iteration opens its own connections. */
  newConnection?: boolean;
  exec: Body<RowIn<NoInfer<Given>>, M, D>;
  /** Once for each user, before its first iteration. */
  vuSetup?: Body<RowOfUser<NoInfer<Given>>, M, D>;
  /** Once for each user, after its last iteration. */
  vuTeardown?: Body<RowOfUser<NoInfer<Given>>, M, D>;
}

/** Settings of a test that apply to all its scenarios. */
export interface TestOptions {
  /** Prefix for every request without an origin. */
  baseURL?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** Rules that the run must meet. */
  thresholds?: readonly string[];
  /** Limit for each request; default 10 s. */
  timeout?: ScenarioDuration;
  seed?: number;
  /** Limit for `setup`, and for `teardown`; default 60 s. */
  setupTimeout?: ScenarioDuration;
  /** How the answers of requests with `stream: true` are read. */
  streams?: StreamOptions;
}

/** How streams of tokens are read, and what their times must keep; as the options of these names. */
export interface StreamOptions {
  /** A preset for the API of a model server, such as `openai-chat`; only its way of answering counts. */
  preset?: string;
  /** By default the preset's, or by the content type. */
  stream?: 'sse' | 'ndjson' | 'chunks' | 'auto';
  tokenPath?: string | readonly string[];
  usagePath?: string | readonly string[];
  tokens?: 'auto' | 'usage' | 'events';
  stallTimeout?: ScenarioDuration;
  /** Such as `ttft<500ms,tpot<50ms`. */
  slo?: string;
  /** Such as `99%`. */
  sloTarget?: string;
}

/** Any row; in a CSV file every cell is text. */
export type Row = Readonly<Record<string, string>>;

/** The default export of a module of scenarios. */
export interface Test {
  readonly kind: 'test';
  readonly definition: TestDefinition;
  /** Made by `scenario()`, whose options stand in one object with those of the load. */
  readonly isOfOne?: true;
}

/** The same, without the types of its rows, data and metrics. */
export interface TestDefinition extends TestOptions {
  readonly load?: Executor;
  readonly metrics?: Metrics;
  readonly setup?: (once: Once) => unknown;
  readonly teardown?: (data: unknown, once: Once) => unknown;
  readonly scenarios: Readonly<Record<string, ScenarioDefinition>>;
}

/** One of several scenarios, with any types and fields: the reader checks which go together. */
export interface ScenarioDefinition extends ScenarioSettings<unknown, Metrics, unknown> {
  readonly load?: Executor;
  readonly weight?: number;
  readonly cookies?: boolean;
  readonly keepCookies?: boolean;
  readonly exec: Body<unknown, Metrics>;
  readonly vuSetup?: Body<unknown, Metrics>;
  readonly vuTeardown?: Body<unknown, Metrics>;
}

/** The interface that zod, valibot and others share (standardschema.dev). */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly types?: { readonly output: unknown } | undefined;
    validate(value: unknown): unknown;
  };
}

export type Output<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];
