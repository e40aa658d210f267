// The part of the page's result that the script reads.
type Quantiles = Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number | null | undefined>>;
type Kind = 'response' | 'service';

/** The part of an interval that is read. */
interface Bucket extends Partial<Quantiles>, Partial<Record<Kind, Quantiles>> {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly cancelled?: number;
  readonly dropped?: number;
  readonly answered?: number;
  readonly outstanding?: number;
  readonly censored?: number;
  readonly waitP99?: number | null;
  readonly startLagP99?: number | null;
  readonly failures?: Readonly<Record<string, number>>;
  readonly tokens?: number;
  readonly ttft?: Quantiles;
  readonly gap?: Quantiles;
}

/** A list of objects, packed. */
interface Columns {
  readonly 'volley:rows': readonly number[];
  readonly shapes: readonly (readonly string[])[];
  readonly columns: readonly unknown[];
}

/** Histograms, packed. */
interface Histograms {
  readonly 'volley:cells': readonly [first: number, cells: number, histograms: number];
  readonly counts: string;
}

interface Result {
  readonly windowMs: number;
  readonly latencyMs: { readonly headline: Kind };
  readonly series: { readonly buckets: readonly Bucket[] };
  readonly scenarios?: {
    readonly users: { readonly series: readonly { readonly atMs: number; readonly users: number }[] };
  };
}

/** A column as drawn: counts are sums, latencies are the worst ones. */
interface Column extends Readonly<Record<Kind, Quantiles>> {
  readonly seconds: number;
  readonly users: number;
  readonly sent: number;
  readonly failed: number;
  readonly answered: number | null;
  readonly outstanding: number | null;
  readonly censored: number;
  readonly waitP99: number | null;
  readonly startLagP99: number | null;
  readonly failures: Readonly<Record<string, number>>;
  readonly tokens: number;
  readonly ttft: Quantiles;
  readonly gap: Quantiles;
}

/** The JSON of the page's result. */
declare function unpackedResult(): Promise<string>;
