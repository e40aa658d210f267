import { Histogram } from '../../metrics/histogram.ts';

/** The start of a run, in which code runs for the first time, on both sides. */
export const START_MS = 100;

/** What is kept of the requests that were due in the first tenth of a second, where no warm-up came before. */
export class StartRecord {
  /** Of the headline latency. */
  readonly latencies = new Histogram();
  count = 0;
  waitMs = 0;
  serviceMs = 0;
  responseMs = 0;

  add(headlineMs: number, waitMs: number, serviceMs: number, responseMs: number): void {
    this.latencies.add(headlineMs);
    this.addAll(1, waitMs, serviceMs, responseMs);
  }

  /** The sums of `count` requests. */
  addAll(count: number, waitMs: number, serviceMs: number, responseMs: number): void {
    this.count += count;
    this.waitMs += waitMs;
    this.serviceMs += serviceMs;
    this.responseMs += responseMs;
  }
}
