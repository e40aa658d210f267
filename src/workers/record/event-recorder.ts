import { Histogram } from '../../metrics/histogram.ts';
import { RunningMoments } from '../../metrics/moments.ts';
import {
  EVENT_TIME_KINDS,
  type EventTimeKind,
  type EventTimesBlock,
  forEachEventTime,
} from '../../protocol/event-times.ts';

/** Times of one kind since they were last told. */
interface Pending {
  moments: RunningMoments;
  readonly histogram: Histogram;
}

/** What a worker times of events that do not come once a request. Bounded, however many there are. */
export class EventRecorder {
  readonly #pending: Readonly<Record<EventTimeKind, Pending>> = forEachEventTime(() => ({
    moments: new RunningMoments(),
    histogram: new Histogram(),
  }));

  add(kind: EventTimeKind, valueMs: number): void {
    const { moments, histogram } = this.#pending[kind];
    moments.add(valueMs);
    histogram.add(valueMs);
  }

  /** What has come since the last call; nothing of kinds that have not. */
  take(): EventTimesBlock[] {
    return EVENT_TIME_KINDS.flatMap((kind) => {
      const pending = this.#pending[kind];
      if (pending.moments.count === 0) return [];
      const cells: number[] = [];
      const counts: number[] = [];
      pending.histogram.forEachCell((cell, count) => {
        cells.push(cell);
        counts.push(count);
      });
      const moments = { ...pending.moments };
      pending.moments = new RunningMoments();
      pending.histogram.clear();
      return { kind, moments, cells: Uint16Array.from(cells), counts: Float64Array.from(counts) };
    });
  }
}
