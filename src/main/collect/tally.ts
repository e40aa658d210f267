import { Distribution } from '../../metrics/distribution.ts';
import { addErrors } from '../../metrics/error-counts.ts';
import { type EventTimesBlock, forEachEventTime } from '../../protocol/event-times.ts';
import {
  addLatencies,
  forEachLatency,
  LATENCY_KINDS,
  overlapMs,
  responseMsOf,
} from '../../protocol/latency.ts';
import { isCensored, isComplete, isFailed, OUTCOME, type TimedErrorTally } from '../../protocol/report.ts';
import { columnsOf, type SampleBlock, type SampleColumns } from '../../protocol/samples.ts';
import type { StreamBlock } from '../../protocol/stream.ts';
import type { Backlog } from './backlog.ts';
import { EventTally } from './event-tally.ts';
import { countSentUntil, countUntil, type GoodRows, goodRowsOf, largestOf } from './good-rows.ts';
import { LastAnswer } from './last-answer.ts';
import { OutcomeCounts } from './outcome-counts.ts';
import type { RequestTally } from './request-tally.ts';
import type { ScenarioTally } from './scenario-tally.ts';
import type { Series } from './series.ts';
import { START_MS, type StartRecord } from './start-record.ts';
import { StreamTally } from './stream-tally.ts';

/** The records of the whole run, in addition to each worker's tally. */
export interface RunRecords {
  /** End of the window, in milliseconds from its start; it moves if a run is stopped early. */
  windowEndMs: number;
  readonly series: Series;
  /** Null if the length of the window is not known in advance. */
  readonly backlog: Backlog | null;
  readonly headline: 'response' | 'service';
  /** Null with a warm-up. */
  readonly start: StartRecord | null;
  /** One per request of the mix; empty for a single request. */
  readonly mix: readonly RequestTally[];
  /** Null without scenarios. */
  readonly scenarios: ScenarioTally | null;
  /** Requests due from here on are after the window and not counted; infinite without such a limit. */
  readonly lastIntendedMs: number;
}

/** All records of one worker's requests, from the blocks that it sent. */
export class Tally extends OutcomeCounts {
  /** Rows received, warm-up included. */
  samples = 0;
  readonly statuses = new Map<number, number>();
  readonly errors = new Map<string, TimedErrorTally>();
  readonly latencies = forEachLatency(() => new Distribution());
  readonly eventTimes = forEachEventTime(() => new EventTally());
  /** Of streamed answers; null before the first. */
  streams: StreamTally | null = null;
  /** Given to a connection within the window, whenever due. */
  sentInWindow = 0;
  /** Successful requests of the window that ended within it. */
  okInWindow = 0;
  /** When successful requests of the warm-up ended, if within the window. */
  readonly warmupEndsMs: number[] = [];
  /** When the last request of the window ended; zero before the first. */
  lastEndMs = 0;
  /** Time of the window taken by requests that failed because of the target, also those due before the window. */
  failedMs = 0;
  readonly lastAnswer = new LastAnswer();

  /**
   * Adds a block's rows. Membership in the window is decided by the intended start.
   *
   * @param mix the records of each request, by the number that rows refer to
   */
  fold(block: SampleBlock, records: RunRecords, mix: readonly RequestTally[] = records.mix): void {
    const columns = columnsOf(block);
    this.samples += block.count;
    const isOneRequest = mix.length === 0 && records.scenarios === null;
    const good = isOneRequest ? goodRowsOf(columns, block.count, records.lastIntendedMs) : null;
    if (good === null) this.#foldRows(columns, block.count, records, mix);
    else this.#foldGood(good, records);
  }

  #foldRows(
    columns: SampleColumns,
    count: number,
    { windowEndMs, series, backlog, headline, start, lastIntendedMs }: RunRecords,
    mix: readonly RequestTally[],
  ): void {
    for (let row = 0; row < count; row++) {
      const intendedMs = columns.intendedMs[row] ?? 0;
      const startLagMs = columns.startLagMs[row] ?? 0;
      const waitMs = columns.waitMs[row] ?? 0;
      const serviceMs = columns.serviceMs[row] ?? Number.NaN;
      const firstByteMs = columns.firstByteMs[row] ?? Number.NaN;
      const outcome = columns.outcome[row] ?? 0;
      const wasWritten = !Number.isNaN(serviceMs);
      const responseMs = responseMsOf(startLagMs, waitMs, serviceMs);
      const endMs = intendedMs + responseMs;

      if (outcome === OUTCOME.ok && endMs >= 0 && endMs <= windowEndMs) {
        // If the window ends with its last request, it is not known yet whether these ended in time.
        if (intendedMs < 0) this.warmupEndsMs.push(endMs);
        else this.okInWindow++;
      }
      if (outcome !== OUTCOME.dropped) {
        const sentAtMs = intendedMs + startLagMs + (wasWritten ? waitMs : 0);
        if (sentAtMs >= 0 && sentAtMs <= windowEndMs) this.sentInWindow++;
      }
      // Also for the warm-up: its requests may be in flight when the window begins.
      series.addUnderWay(intendedMs, endMs, outcome === OUTCOME.ok);
      if (isFailed(outcome) && outcome !== OUTCOME.generator)
        this.failedMs += overlapMs(intendedMs, endMs, windowEndMs);
      this.lastAnswer.add(intendedMs, endMs, outcome, columns.status[row] ?? 0);
      if (intendedMs < 0 || intendedMs >= lastIntendedMs) continue;

      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
      if (endMs > this.lastEndMs) this.lastEndMs = endMs;
      backlog?.add(intendedMs, endMs);
      const complete = isComplete(outcome);
      const censored = isCensored(outcome);
      if (complete) {
        const status = columns.status[row] ?? 0;
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      }
      if (complete || censored) {
        addLatencies(this.latencies, startLagMs, waitMs, serviceMs, firstByteMs, responseMs, censored);
      }
      const headlineMs = headline === 'response' ? responseMs : serviceMs;
      const knownMs = (complete || censored) && !Number.isNaN(headlineMs) ? headlineMs : null;
      mix[columns.request?.[row] ?? 0]?.add(outcome, knownMs);
      if (outcome === OUTCOME.dropped) {
        series.addDropped(intendedMs);
        continue;
      }
      if (intendedMs < START_MS && knownMs !== null)
        start?.add(knownMs, waitMs, wasWritten ? serviceMs : 0, responseMs);
      series.add(intendedMs, outcome);
      if (complete || censored) series.addLatencies(intendedMs, responseMs, serviceMs, waitMs, startLagMs);
    }
  }

  #foldGood(rows: GoodRows, { windowEndMs, series, backlog, headline, start }: RunRecords): void {
    const { intendedMs, lastIntendedMs, endMs } = rows;
    const count = intendedMs.length;
    this.outcomes[OUTCOME.ok] = (this.outcomes[OUTCOME.ok] ?? 0) + count;
    this.okInWindow += countUntil(endMs, windowEndMs);
    this.sentInWindow += countSentUntil(rows, windowEndMs);
    const lastEndMs = largestOf(endMs, 0, count, 0);
    this.lastEndMs = Math.max(this.lastEndMs, lastEndMs);
    this.lastAnswer.addAnswers(lastIntendedMs, lastEndMs);
    this.#countStatuses(rows.status);
    for (const kind of LATENCY_KINDS) this.latencies[kind].addObserved(rows[kind]);
    backlog?.addAll(intendedMs, endMs);
    start?.addGood(rows, headline);
    series.addGood(rows);
  }

  #countStatuses(statuses: Uint16Array): void {
    for (let at = 0; at < statuses.length; ) {
      const status = statuses[at] as number;
      const from = at++;
      while (at < statuses.length && statuses[at] === status) at++;
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + at - from);
    }
  }

  /** Adds the times that a worker has measured since its last report. */
  foldEventTimes(times: readonly EventTimesBlock[]): void {
    for (const block of times) this.eventTimes[block.kind].fold(block);
  }

  /** Adds the times and counts of streams since the worker's last report. */
  foldStreams(block: StreamBlock): void {
    this.streams ??= new StreamTally();
    this.streams.fold(block);
  }

  /** Adds failures by kind and code since the worker's last block. */
  foldErrors(errors: readonly TimedErrorTally[]): void {
    addErrors(this.errors, errors);
  }

  /** Frees the values kept for exact percentiles. */
  dropValues(): void {
    for (const distribution of Object.values(this.latencies)) distribution.dropValues();
  }
}
