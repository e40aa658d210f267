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
import { type MergedStreams, mergeStreams } from './stream-tally.ts';
import type { RunRecords, Tally } from './tally.ts';
import type { EndedBy } from './under-way.ts';

type RecordsSoFar = Pick<RunRecords, 'headline' | 'mix' | 'series' | 'scenarios'>;

/**
 * What has been recorded so far, over all workers: from it come the live view and the rules that may end a run.
 * It only reads, and adds up what is asked for and no more, so that it can be made at any time.
 */
export class Snapshot {
  /** Since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  /** One a worker. */
  readonly tallies: readonly Tally[];
  /** A row each; none where the run is on this machine. */
  readonly agents: readonly AgentSoFar[];
  readonly #records: RecordsSoFar;

  constructor(
    tallies: readonly Tally[],
    records: RecordsSoFar,
    elapsedMs: number,
    agents: readonly AgentSoFar[] = [],
  ) {
    this.agents = agents;
    this.tallies = tallies;
    this.#records = records;
    this.elapsedMs = elapsedMs;
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

  get headline(): 'response' | 'service' {
    return this.#records.headline;
  }

  /** The run by intervals. */
  get series(): Series {
    return this.#records.series;
  }

  /** One for each request of the mix; none where there is only one. */
  get mix(): readonly RequestTally[] {
    return this.#records.mix;
  }

  /** What users have done; null without scenarios. */
  get scenarios(): ScenarioTally | null {
    return this.#records.scenarios;
  }

  /** Failures by kind and code. */
  get errors(): ReadonlyMap<string, TimedErrorTally> {
    const errors = new Map<string, TimedErrorTally>();
    for (const tally of this.tallies) addErrors(errors, tally.errors.values());
    return errors;
  }

  /** One kind of latency; its single values are left out. */
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

  /** Times of one kind of event. */
  eventTimes(kind: EventTimeKind): MergedDistribution {
    return mergeEvents(this.tallies.map((tally) => tally.eventTimes[kind]));
  }

  /** Of streamed answers; null before the first. */
  get streams(): MergedStreams | null {
    const streams = this.tallies.map((tally) => tally.streams);
    return streams.every((tally) => tally === null) ? null : mergeStreams(streams);
  }

  /** How many had ended at the last end of an interval until a time; what ended later may not be recorded yet. */
  endedBy(untilMs: number): EndedBy {
    return this.#records.series.endedBy(untilMs);
  }

  sumOf(countOf: (tally: Tally) => number): number {
    return this.tallies.reduce((sum, tally) => sum + countOf(tally), 0);
  }
}
