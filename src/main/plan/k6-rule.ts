/** A threshold of k6 with its metric before it, without blanks: `http_req_duration{name:write}:p(95)<200`. */
const RULE =
  /^([a-z_]+)(?:\{([^{}]*)\})?:(?:p\((\d+(?:\.\d+)?)\)|(avg|med|min|max|rate))(<=|>=|<|>)(\d+(?:\.\d+)?)$/;
/** The tags of k6 that correspond to volley's names of requests. */
const REQUEST_TAG = /^(?:name|url):(.+)$/;
/** k6's metrics of times, and the latency of each in a rule. */
const TIMES: Readonly<Record<string, string>> = { http_req_duration: '', http_req_waiting: '(first-byte)' };
const AVERAGES: Readonly<Record<string, string>> = { avg: 'mean', med: 'p50', min: 'min', max: 'max' };

/** The same rule as volley writes it; null if it is not a threshold of k6, or volley has nothing like it. */
export function fromK6(expression: string): string | null {
  const [, metric = '', tags, percentile, aggregate = '', sign = '', limit = ''] =
    RULE.exec(expression) ?? [];
  const request = tags === undefined ? '' : REQUEST_TAG.exec(tags)?.[1];
  if (request === undefined) return null;
  const of = request === '' ? '' : `{${request}}`;
  if (Object.hasOwn(TIMES, metric)) {
    const figure = percentile === undefined ? AVERAGES[aggregate] : `p${percentile}`;
    // k6's times are milliseconds.
    return figure === undefined ? null : `${figure}${TIMES[metric]}${of}${sign}${limit}ms`;
  }
  if (aggregate !== 'rate') return null;
  if (metric === 'http_reqs') return `throughput${of}${sign}${limit}/s`;
  if (metric !== 'http_req_failed') return null;
  // A share of 0.07 is 7 %, not 7.000000000000001 %.
  return `error-rate${of}${sign}${Number((Number(limit) * 100).toPrecision(12))}%`;
}
