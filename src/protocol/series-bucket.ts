/** One latency in one interval; null if there are too few values. */
export interface IntervalPercentiles {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** One interval of the run, with the requests that were due in it; it begins at `atMs`. */
export interface SeriesBucket {
  readonly atMs: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Cancelled on purpose; absent if none was. */
  readonly cancelled?: number;
  /** Due and never sent; absent if none was. */
  readonly dropped?: number;
  /** Number of latencies that are only lower bounds. Absent in older results, as are the optional fields below. */
  readonly censored?: number;
  /** By kind. */
  readonly failures?: Readonly<Record<string, number>>;
  /** Completed ok within it, whenever they were due. */
  readonly answered?: number;
  /** Still without an answer at its end, whenever they were due. */
  readonly outstanding?: number;
  /** Of the headline latency. */
  readonly p50: number | null;
  readonly p90?: number | null;
  readonly p99: number | null;
  readonly max?: number | null;
  /** The headline latency of its requests, as a histogram; docs/metrics.md explains the format. */
  readonly cells: readonly number[];
  /** Service or response time, whichever is not the headline. */
  readonly service?: IntervalPercentiles;
  readonly response?: IntervalPercentiles;
  readonly waitP99?: number | null;
  readonly startLagP99?: number | null;
  /** Of streams: tokens that came within it, whenever their request was due. Absent in intervals below 100 ms. */
  readonly tokens?: number;
  /** Of streams: the time to the first token, of the requests that were due within it. */
  readonly ttft?: IntervalPercentiles;
  /** Of streams: gaps between tokens that ended within it, with their histogram in the form of `cells` above. */
  readonly gap?: IntervalPercentiles & { readonly cells: readonly number[] };
}
