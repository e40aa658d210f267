import type { Arrivals, ClientName, Pacing, WorkerMode } from '../../protocol/plan.ts';

/**
 * What a caller may say of a run; all but the URL may be left out. Names, values and defaults are those of
 * the command line (docs/cli.md).
 */
export interface RunOptions {
  /** `http://…` or `https://…`; `host:port/path` means http. */
  readonly url: string;
  /** Workers; by default the cores less one, at least 1, at most the concurrency. */
  readonly workers?: number | string | undefined;
  /** Connections in all; by default 50. */
  readonly concurrency?: number | string | undefined;
  /** Requests in all; `k` and `m` stand for thousand and million. */
  readonly requests?: number | string | undefined;
  /** Stop starting requests after this; `10s` where no number of requests is given. */
  readonly duration?: string | undefined;
  readonly mode?: WorkerMode | undefined;
  /** What speaks HTTP: `undici`, or `wire`, which costs less per request; by default undici. */
  readonly client?: ClientName | undefined;
  /** Open model: requests a second in all (`200`, `50/s`, `3000/m`), started whatever becomes of the others. */
  readonly rate?: number | string | undefined;
  /** The same, said as the time between two starts (`10ms`). */
  readonly every?: string | undefined;
  /** The same, over time: `10s:100,30s:100..1000,1m:1000`. */
  readonly stages?: string | undefined;
  /** Spacing of the starts in the open model; by default constant. */
  readonly arrivals?: Arrivals | undefined;
  /** Open model: connections at most; beyond, requests wait in line. 10,000, or what open files allow. */
  readonly maxInFlight?: number | string | undefined;
  /** Open model: how a worker waits for the next start; by default as the cores at hand allow. */
  readonly pacing?: Pacing | 'auto' | undefined;
  /** `GET`, or `POST` where there is a body. */
  readonly method?: string | undefined;
  /** `Name: value`, one a string. */
  readonly headers?: readonly string[] | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** A file whose bytes are the body; `-` is stdin. */
  readonly bodyFile?: string | undefined;
  /** JSON text; sets content type and accept. */
  readonly json?: string | undefined;
  /** Form fields as `name=value`, encoded into the body. */
  readonly dataUrlencode?: readonly string[] | undefined;
  /** `name:password`, for Basic authorization. */
  readonly user?: string | undefined;
  /** The environment variable that holds a bearer token. */
  readonly bearerEnv?: string | undefined;
  readonly cookie?: string | undefined;
  readonly userAgent?: string | undefined;
  /** False: each request asks for the end of its connection. */
  readonly keepalive?: boolean | undefined;
  /** From when a request is given to a connection until its last byte; `10s`. */
  readonly timeout?: string | undefined;
  /** The same load for this long before the measurement begins; `0s`. */
  readonly warmup?: string | undefined;
  /** Rounds of a hash that a worker computes over each answer's body before its next request; 0. */
  readonly cpuWork?: number | string | undefined;
  /** Comma-separated, or a list. */
  readonly percentiles?: string | readonly string[] | undefined;
  /** Rules that the result has to keep: `p99<50ms`, `error-rate<1%`, `throughput>500/s`. */
  readonly thresholds?: readonly string[] | undefined;
  /** For everything random; by default a random one, which the result names. */
  readonly seed?: number | string | undefined;
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined;
}
