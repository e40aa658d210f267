export const DEFAULT_CONCURRENCY = 50;
export const DEFAULT_DURATION = '10s';
/** For a sweep: its range, each level, and the budget of all levels. */
export const DEFAULT_SWEEP_RANGE = '1..64';
export const DEFAULT_SWEEP_DURATION = '5s';
export const DEFAULT_SWEEP_WARMUP = '1s';
export const DEFAULT_SWEEP_BUDGET = '5m';
/** For each round of a comparison: eight rounds of each arm take minutes, not hours. */
export const DEFAULT_ROUND_DURATION = '2s';
export const DEFAULT_ROUND_WARMUP = '500ms';
export const DEFAULT_ROUNDS = 8;
/** The largest difference at which figures still count as equal. */
export const DEFAULT_MARGIN = '3%';
export const DEFAULT_MODE = 'threads';
export const DEFAULT_CLIENT = 'undici';
export const DEFAULT_TIMEOUT = '10s';
export const DEFAULT_WARMUP = '0s';
export const DEFAULT_PERCENTILES = '50,75,90,95,99,99.9,99.99';
export const DEFAULT_METHOD = 'GET';
export const DEFAULT_METHOD_WITH_BODY = 'POST';
export const DEFAULT_ARRIVALS = 'constant';
export const DEFAULT_MAX_IN_FLIGHT = 10_000;
export const DEFAULT_PACING = 'auto';
export const DEFAULT_ROWS_MODE = 'cycle';
export const DEFAULT_LOCATION = 10;
export const MOST_REDIRECTS = 100;
/** Connections go to all addresses of a name in turn. */
export const DEFAULT_ADDRESSES = 'spread';

/** Headers that describe a body, and are dropped with it on a redirect (RFC 9110, 15.4). */
export const HEADERS_OF_BODY: readonly string[] = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-location',
  'digest',
  'last-modified',
];
