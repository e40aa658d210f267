import {
  noStreamCounts,
  type Objective,
  STREAM_TIME_KINDS,
  type StreamBlock,
  type StreamTimeKind,
  type TokenCount,
} from '../../protocol/stream.ts';
import type { TokenSink } from '../exchange/body-sink.ts';
import { TimesRecorder } from './times-recorder.ts';

/** The marks of a request that was answered with a stream, on the shared clock. */
interface Marks {
  readonly intendedMs: number;
  readonly sentMs: number;
}

/** What streamed answers took, from the marks of their tokens. Of answers that are complete and ok, and no others. */
export class StreamRecorder {
  readonly #count: TokenCount;
  readonly #objectives: readonly Objective[];
  readonly #times = new TimesRecorder(STREAM_TIME_KINDS);
  #counts = noStreamCounts();
  #firstAtMs = Number.POSITIVE_INFINITY;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  constructor(count: TokenCount, objectives: readonly Objective[]) {
    this.#count = count;
    this.#objectives = objectives;
  }

  /** Adds an answer that ended at `endMs`; `windowAtMs` is when the measured window began. */
  add({ intendedMs, sentMs }: Marks, tokens: TokenSink, endMs: number, windowAtMs: number): void {
    const counts = this.#counts;
    const { events, usage } = tokens;
    counts.answers++;
    if (!tokens.isStreamed) counts.notStreamed++;
    if (usage !== null) counts.countedByServer++;
    const made = this.#tokensOf(tokens);
    if (made !== null) {
      counts.counted++;
      counts.tokens += made;
      counts.tokenEvents += events;
      this.#firstAtMs = Math.min(this.#firstAtMs, intendedMs - windowAtMs);
      this.#lastAtMs = Math.max(this.#lastAtMs, endMs - windowAtMs);
    }
    const firstMs = tokens.timeMs(0);
    const lastMs = tokens.timeMs(events - 1);
    const of: Record<StreamTimeKind, number> = {
      ttft: firstMs - intendedMs,
      ttftService: firstMs - sentMs,
      ttfo: tokens.firstOutputMs - intendedMs,
      ttst: tokens.timeMs(1) - firstMs,
      tpot: made !== null && made > 1 && events > 1 ? (lastMs - firstMs) / (made - 1) : Number.NaN,
      gap: this.#addGaps(tokens),
      // Without a stream its text is all there is.
      e2e: (events > 0 ? lastMs : endMs) - intendedMs,
    };
    for (const kind of STREAM_TIME_KINDS) {
      if (kind !== 'gap' && !Number.isNaN(of[kind])) this.#times.add(kind, of[kind]);
    }
    if (this.#objectives.every(({ kind, limitMs }) => keeps(of[kind], limitMs, events))) counts.good++;
  }

  /** What has come since the last call; null where nothing has. */
  take(): StreamBlock | null {
    if (this.#counts.answers === 0) return null;
    const block = {
      times: this.#times.take(),
      counts: this.#counts,
      firstAtMs: this.#firstAtMs,
      lastAtMs: this.#lastAtMs,
    };
    this.#counts = noStreamCounts();
    return block;
  }

  /** Null where nobody knows. */
  #tokensOf({ events, usage, isStreamed }: TokenSink): number | null {
    if (this.#count === 'usage') return usage;
    const counted = isStreamed ? events : null;
    return this.#count === 'events' ? counted : (usage ?? counted);
  }

  /** The longest of them; NaN where there is none. */
  #addGaps(tokens: TokenSink): number {
    let longestMs = Number.NaN;
    for (let event = 1; event < tokens.events; event++) {
      const gapMs = tokens.timeMs(event) - tokens.timeMs(event - 1);
      this.#times.add('gap', gapMs);
      this.#counts.gaps++;
      if (gapMs === 0) this.#counts.coalesced++;
      if (!(gapMs <= longestMs)) longestMs = gapMs;
    }
    return longestMs;
  }
}

/** An answer of one token has no time from one to the next, and keeps what is asked of it; one without a token does not. */
function keeps(valueMs: number, limitMs: number, events: number): boolean {
  return Number.isNaN(valueMs) ? events === 1 : valueMs < limitMs;
}
