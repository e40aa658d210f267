import { Histogram } from '../../metrics/histogram.ts';
import { RunningMoments } from '../../metrics/moments.ts';
import type { TimesBlock } from '../../protocol/event-times.ts';

/** Times of one kind since the last message. */
interface Pending {
  moments: RunningMoments;
  readonly histogram: Histogram;
}

/** A worker's times of events that do not occur once per request. Bounded memory, however many there are. */
export class TimesRecorder<Kind extends string> {
  readonly #pending: ReadonlyMap<Kind, Pending>;

  constructor(kinds: readonly Kind[]) {
    this.#pending = new Map(
      kinds.map((kind) => [kind, { moments: new RunningMoments(), histogram: new Histogram() }]),
    );
  }

  add(kind: Kind, valueMs: number): void {
    const pending = this.#pending.get(kind);
    pending?.moments.add(valueMs);
    pending?.histogram.add(valueMs);
  }

  /** What was added since the last call, without kinds that had nothing. */
  take(): TimesBlock<Kind>[] {
    const blocks: TimesBlock<Kind>[] = [];
    for (const [kind, pending] of this.#pending) {
      if (pending.moments.count === 0) continue;
      const cells: number[] = [];
      const counts: number[] = [];
      pending.histogram.forEachCell((cell, count) => {
        cells.push(cell);
        counts.push(count);
      });
      const moments = { ...pending.moments };
      pending.moments = new RunningMoments();
      pending.histogram.clear();
      blocks.push({ kind, moments, cells: Uint16Array.from(cells), counts: Float64Array.from(counts) });
    }
    return blocks;
  }
}
