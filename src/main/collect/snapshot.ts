import { addErrors } from '../../metrics/error-counts.ts';
import { Histogram } from '../../metrics/histogram.ts';
import { type Moments, NO_MOMENTS } from '../../metrics/moments.ts';
import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import type { EventTimeKind } from '../../protocol/event-times.ts';
import type { LatencyKind } from '../../protocol/latency.ts';
import type { TimedErrorTally } from '../../protocol/report.ts';
import { mergeEvents } from './event-tally.ts';
import type { MergedDistribution } from './merged-distribution.ts';
import type { RequestTally } from './request-tally.ts';
import type { ScenarioTally } from './scenario-tally.ts';
import type { Series } from './series.ts';
import { combineMoments } from './statistics.ts';
import type { StreamSeries } from './stream-series.ts';
import { type MergedStreams, mergedCourse, mergeStreams } from './stream-tally.ts';
import type { RunRecords, Tally } from './tally.ts';
import type { EndedBy } from './under-way.ts';

type RecordsSoFar = Pick<RunRecords, 'headline' | 'mix' | 'series' | 'scenarios'>;

/**
 * What has been recorded so far over all workers: the basis of the live view and of the rules that may end a run.
 * It only reads, and merges only what is asked for, so it can be taken at any time.
 */
export class Snapshot {
  /** Since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  /** As of when its least recent part is: earlier than `elapsedMs` where an agent has not reported for a while. */
  readonly oldestMs: number;
  /** One per worker. */
  readonly tallies: readonly Tally[];
  /** A row each; empty if the run is on this machine. */
  readonly agents: readonly AgentSoFar[];
  readonly #records: RecordsSoFar;

  constructor(
    tallies: readonly Tally[],
    records: RecordsSoFar,
    elapsedMs: number,
    agents: readonly AgentSoFar[] = [],
    oldestMs = elapsedMs,
  ) {
    this.agents = agents;
    this.tallies = tallies;
    this.#records = records;
    this.elapsedMs = elapsedMs;
    this.oldestMs = oldestMs;
  }

  /** Requests of the window that have ended. */
  get ended(): number {
    return this.sumOf(({ released }) => released);
  }

  get sent(): number {
    return this.sumOf(({ sent }) => sent);
  }

  get ok(): number {
    return this.sumOf(({ ok }) => ok);
  }

  get failed(): number {
    return this.sumOf(({ failed }) => failed);
  }

  /** Ended on purpose. */
  get cancelled(): number {
    return this.sumOf(({ cancelled }) => cancelled);
  }

  /** Ended with their iterations, as far as that is known before the end. */
  get interrupted(): number {
    return this.scenarios?.interrupted() ?? 0;
  }

  get headline(): 'response' | 'service' {
    return this.#records.headline;
  }

  /** The run in intervals. */
  get series(): Series {
    return this.#records.series;
  }

  /** One per request of the mix; empty for a single request. */
  get mix(): readonly RequestTally[] {
    return this.#records.mix;
  }

  /** What users have done so far; null without scenarios. */
  get scenarios(): ScenarioTally | null {
    return this.#records.scenarios;
  }

  /** Failures by kind and code. */
  get errors(): ReadonlyMap<string, TimedErrorTally> {
    const errors = new Map<string, TimedErrorTally>();
    for (const tally of this.tallies) addErrors(errors, tally.errors.values());
    return errors;
  }

  /** One kind of latency, without its single values. */
  latency(kind: LatencyKind): MergedDistribution {
    const observed = new Histogram();
    const bounds = new Histogram();
    let moments: Moments = NO_MOMENTS;
    for (const { latencies } of this.tallies) {
      observed.addAll(latencies[kind].observed);
      bounds.addAll(latencies[kind].bounds);
      moments = combineMoments(moments, latencies[kind].moments);
    }
    return { moments, observed, bounds, observedValues: null, boundValues: null };
  }

  /** The times of one kind of event. */
  eventTimes(kind: EventTimeKind): MergedDistribution {
    return mergeEvents(this.tallies.map((tally) => tally.eventTimes[kind]));
  }

  /** Of streamed answers; null before the first. */
  get streams(): MergedStreams | null {
    const streams = this.tallies.map((tally) => tally.streams);
    return streams.every((tally) => tally === null) ? null : mergeStreams(streams);
  }

  /** The same over time. */
  get streamSeries(): StreamSeries | null {
    return mergedCourse(this.tallies.map((tally) => tally.streams));
  }

  /** How many had ended by the last end of an interval at or before a time; later ends may not be recorded yet. */
  endedBy(untilMs: number): EndedBy {
    return this.#records.series.endedBy(untilMs);
  }

  sumOf(countOf: (tally: Tally) => number): number {
    return this.tallies.reduce((sum, tally) => sum + countOf(tally), 0);
  }
}
