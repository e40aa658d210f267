import type { Random } from '../../metrics/random.ts';
import type { ErrorTally } from '../../protocol/report.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Upper limit on the pause that a target may ask for. */
const LONGEST_RETRY_AFTER_MS = 300_000;
const TOO_MANY_REQUESTS = 429;
const LOWEST_SERVER_ERROR = 500;
const KINDS: ReadonlySet<string> = new Set([
  'dns',
  'connect',
  'tls',
  'timeout',
  'reset',
  'truncated',
  'stalled',
  'generator',
]);

/** Whether another attempt may well end otherwise: after a connection error, a timeout, 429 or a 5xx, or what says so within a stream. */
export function isWorthRetrying({ kind, code }: Pick<ErrorTally, 'kind' | 'code'>, status: number): boolean {
  const isLateError = code === 'STREAM_ERROR' || code === 'STREAM_UNREADABLE';
  return (
    KINDS.has(kind) ||
    (kind === 'stream' && isLateError) ||
    status === TOO_MANY_REQUESTS ||
    status >= LOWEST_SERVER_ERROR
  );
}

/**
 * How long a row rests after its `attempts`-th attempt: 250 ms, doubling to 30 s, less up to half of it at
 * random, so that rows that failed together do not come back together; and never less than `Retry-After`.
 *
 * @param retryAfter the header's value: seconds, or a date
 * @param nowMs milliseconds since 1970
 */
export function retryPauseMs(
  attempts: number,
  retryAfter: string | null,
  random: Random,
  nowMs: number,
): number {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1)) * (1 - random() / 2);
  return Math.max(pauseMs, Math.min(LONGEST_RETRY_AFTER_MS, retryAfterMs(retryAfter, nowMs)));
}

/** A `Retry-After` in milliseconds from now (RFC 9110, 10.2.3); zero where it says nothing. */
function retryAfterMs(text: string | null, nowMs: number): number {
  if (text === null) return 0;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * MS_PER_SECOND;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - nowMs);
}
