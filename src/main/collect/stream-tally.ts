import {
  addStreamCounts,
  forEachStreamTime,
  noStreamCounts,
  STREAM_TIME_KINDS,
  type StreamBlock,
  type StreamCounts,
  type StreamTimeKind,
} from '../../protocol/stream.ts';
import { EventTally, mergeEvents } from './event-tally.ts';
import type { MergedDistribution } from './merged-distribution.ts';
import { StreamSeries } from './stream-series.ts';

/** Records of streamed answers, from one worker or all. */
interface StreamFacts {
  readonly counts: Readonly<StreamCounts>;
  /** When the first of the counted answers was due and the last one was complete, from the start of the window. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** Records of one worker. */
export class StreamTally implements StreamFacts {
  readonly counts = noStreamCounts();
  firstAtMs = Number.POSITIVE_INFINITY;
  lastAtMs = Number.NEGATIVE_INFINITY;
  readonly times = forEachStreamTime(() => new EventTally());
  readonly series = new StreamSeries();

  fold({ times, counts, course, firstAtMs, lastAtMs }: StreamBlock): void {
    this.series.fold(course);
    for (const block of times) this.times[block.kind].fold(block);
    addStreamCounts(this.counts, counts);
    this.firstAtMs = Math.min(this.firstAtMs, firstAtMs);
    this.lastAtMs = Math.max(this.lastAtMs, lastAtMs);
  }

  /** All of it, in the form that a worker sends. */
  get portable(): StreamBlock {
    const times = STREAM_TIME_KINDS.map((kind) => ({ kind, ...this.times[kind].portable }));
    const { counts, firstAtMs, lastAtMs } = this;
    return { times, counts, course: this.series.portable, firstAtMs, lastAtMs };
  }
}

/** What all workers recorded about streams. */
export interface MergedStreams extends StreamFacts {
  readonly times: Readonly<Record<StreamTimeKind, MergedDistribution>>;
}

export function mergeStreams(workers: readonly (StreamTally | null)[]): MergedStreams {
  const tallies = workers.filter((tally) => tally !== null);
  const counts = noStreamCounts();
  for (const tally of tallies) addStreamCounts(counts, tally.counts);
  return {
    counts,
    firstAtMs: Math.min(Number.POSITIVE_INFINITY, ...tallies.map(({ firstAtMs }) => firstAtMs)),
    lastAtMs: Math.max(Number.NEGATIVE_INFINITY, ...tallies.map(({ lastAtMs }) => lastAtMs)),
    times: forEachStreamTime((kind) => mergeEvents(tallies.map(({ times }) => times[kind]))),
  };
}

/** Streams over time, of all workers; null if answers were none. */
export function mergedCourse(workers: readonly (StreamTally | null)[]): StreamSeries | null {
  const tallies = workers.filter((tally) => tally !== null);
  if (tallies.length === 0) return null;
  const merged = new StreamSeries();
  for (const { series } of tallies) merged.fold(series.portable);
  return merged;
}
