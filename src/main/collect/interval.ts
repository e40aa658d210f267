import { isCensored, isFailed, OUTCOME, OUTCOMES } from '../../protocol/report.ts';

/** How the requests due in one interval of the run ended. */
export interface IntervalCounts {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Ended on purpose. */
  readonly cancelled: number;
  /** Without a complete answer: their latencies are lower bounds. */
  readonly censored: number;
  /** When the first and the last unsuccessful request were due; infinite if there were none. */
  readonly firstBadMs: number;
  readonly lastBadMs: number;
  readonly maxResponseMs: number;
  readonly maxServiceMs: number;
  /** By outcome; null if none failed. */
  readonly failures: Float64Array | null;
}

/** One interval, to which requests and other intervals can be added. */
export class Interval implements IntervalCounts {
  sent = 0;
  ok = 0;
  failed = 0;
  cancelled = 0;
  censored = 0;
  firstBadMs = Number.POSITIVE_INFINITY;
  lastBadMs = Number.NEGATIVE_INFINITY;
  maxResponseMs = 0;
  maxServiceMs = 0;
  failures: Float64Array | null = null;

  count(intendedMs: number, outcome: number): void {
    this.sent++;
    if (outcome === OUTCOME.ok) {
      this.ok++;
      return;
    }
    if (outcome === OUTCOME.cancelled) {
      this.cancelled++;
      return;
    }
    if (intendedMs < this.firstBadMs) this.firstBadMs = intendedMs;
    if (intendedMs > this.lastBadMs) this.lastBadMs = intendedMs;
    if (isCensored(outcome)) this.censored++;
    if (!isFailed(outcome)) return;
    this.failed++;
    this.failures ??= new Float64Array(OUTCOMES.length);
    this.failures[outcome] = (this.failures[outcome] ?? 0) + 1;
  }

  /** Counts requests that ended well. */
  countGood(requests: number): void {
    this.sent += requests;
    this.ok += requests;
  }

  add(other: IntervalCounts): void {
    this.sent += other.sent;
    this.ok += other.ok;
    this.failed += other.failed;
    this.cancelled += other.cancelled;
    this.censored += other.censored;
    this.firstBadMs = Math.min(this.firstBadMs, other.firstBadMs);
    this.lastBadMs = Math.max(this.lastBadMs, other.lastBadMs);
    this.maxResponseMs = Math.max(this.maxResponseMs, other.maxResponseMs);
    this.maxServiceMs = Math.max(this.maxServiceMs, other.maxServiceMs);
    if (other.failures === null) return;
    this.failures ??= new Float64Array(OUTCOMES.length);
    for (const [outcome, count] of other.failures.entries())
      this.failures[outcome] = (this.failures[outcome] ?? 0) + count;
  }
}
