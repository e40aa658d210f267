import { Histogram } from '../../metrics/histogram.ts';
import type { GoodRows } from './good-rows.ts';

/** The start of a run, when the target's code often runs for the first time, and code of volley's that it has not practised. */
export const START_MS = 100;

/** The records of requests due in the first tenth of a second, if there is no warm-up. */
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

  /** Adds those that were due in the start. */
  addGood({ intendedMs, wait, service, response }: GoodRows, headline: 'response' | 'service'): void {
    const { values } = headline === 'response' ? response : service;
    for (let row = 0; row < intendedMs.length; row++) {
      if ((intendedMs[row] as number) >= START_MS) continue;
      this.add(
        values[row] as number,
        wait.values[row] as number,
        service.values[row] as number,
        response.values[row] as number,
      );
    }
  }

  /** Adds the sums of `count` requests. */
  addAll(count: number, waitMs: number, serviceMs: number, responseMs: number): void {
    this.count += count;
    this.waitMs += waitMs;
    this.serviceMs += serviceMs;
    this.responseMs += responseMs;
  }
}
