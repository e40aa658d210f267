import { OUTCOME } from '../../protocol/report.ts';
import { JUDGEMENTS, type SampleColumns, TOKEN_COUNTERS } from '../../protocol/samples.ts';
import {
  noStreamCounts,
  type Objective,
  STREAM_TIME_KINDS,
  type StreamBlock,
  type StreamTimeKind,
  type TokenCount,
} from '../../protocol/stream.ts';
import type { TokenMarks } from '../exchange/answer-sink.ts';
import { counterOf, madeIn, type StreamMarks, timesOf } from '../exchange/stream-times.ts';
import { StreamCourseRecorder } from './stream-course.ts';
import { TimesRecorder } from './times-recorder.ts';

/** Times of streamed answers, from the stamps of their tokens; only of answers that are complete and ok. */
export class StreamRecorder {
  readonly #count: TokenCount;
  readonly #objectives: readonly Objective[];
  readonly #times = new TimesRecorder(STREAM_TIME_KINDS);
  readonly #course = new StreamCourseRecorder();
  #counts = noStreamCounts();
  #firstAtMs = Number.POSITIVE_INFINITY;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  constructor(count: TokenCount, objectives: readonly Objective[]) {
    this.#count = count;
    this.#objectives = objectives;
  }

  /** A stream was asked for in the measured window, whatever came of it. */
  countAsked(): void {
    this.#counts.asked++;
  }

  /** Adds an answer that ended at `endMs`; `windowAtMs` is when the measured window began. */
  add(marks: StreamMarks, tokens: TokenMarks, endMs: number, windowAtMs: number): void {
    const counts = this.#counts;
    const { events } = tokens;
    counts.answers++;
    if (!tokens.isStreamed) counts.notStreamed++;
    if (tokens.usage !== null) counts.countedByServer++;
    const made = madeIn(tokens, this.#count);
    if (made !== null) {
      counts.counted++;
      counts.tokens += made;
      counts.tokenEvents += events;
      this.#firstAtMs = Math.min(this.#firstAtMs, marks.intendedMs - windowAtMs);
      this.#lastAtMs = Math.max(this.#lastAtMs, endMs - windowAtMs);
    }
    this.#addGaps(tokens, windowAtMs);
    this.#addTokens(tokens, made ?? 0, endMs, windowAtMs);
    const of = timesOf(marks, tokens, made, endMs);
    for (const kind of STREAM_TIME_KINDS) {
      if (kind !== 'gap' && !Number.isNaN(of[kind])) this.#times.add(kind, of[kind]);
    }
    if (!Number.isNaN(of.ttft)) this.#course.addFirst(marks.intendedMs - windowAtMs, of.ttft);
    if (this.#isGood(of, events)) counts.good++;
  }

  /** Writes what is known of an answer's tokens into its row, however it ended; null: there is no answer. */
  write(
    columns: SampleColumns,
    row: number,
    marks: StreamMarks & { readonly sink: { readonly tokens: TokenMarks | null } },
    endMs: number,
    outcome: number,
  ): void {
    const { tokens } = marks.sink;
    const isOk = outcome === OUTCOME.ok;
    const made = tokens === null ? null : madeIn(tokens, this.#count);
    const of = tokens === null ? null : timesOf(marks, tokens, made, isOk ? endMs : Number.NaN);
    put(columns.ttftMs, row, of?.ttft ?? Number.NaN);
    put(columns.ttfoMs, row, of?.ttfo ?? Number.NaN);
    put(columns.e2eMs, row, of?.e2e ?? Number.NaN);
    put(columns.ttstMs, row, of?.ttst ?? Number.NaN);
    put(columns.longestGapMs, row, of?.gap ?? Number.NaN);
    put(columns.tokens, row, made ?? Number.NaN);
    put(columns.tokenEvents, row, tokens?.events ?? 0);
    const counter = tokens === null || made === null ? null : counterOf(tokens, this.#count);
    put(columns.tokensBy, row, TOKEN_COUNTERS.indexOf(counter));
    const isJudged = this.#objectives.length > 0 && tokens !== null && outcome !== OUTCOME.dropped;
    const isGood = isOk && of !== null && this.#isGood(of, tokens?.events ?? 0);
    put(columns.isGood, row, JUDGEMENTS.indexOf(isJudged ? isGood : null));
  }

  /** What was added since the last call; null if nothing was. */
  take(): StreamBlock | null {
    if (this.#counts.asked === 0 && this.#counts.answers === 0) return null;
    const block = {
      times: this.#times.take(),
      counts: this.#counts,
      course: this.#course.take(),
      firstAtMs: this.#firstAtMs,
      lastAtMs: this.#lastAtMs,
    };
    this.#counts = noStreamCounts();
    return block;
  }

  #isGood(of: Readonly<Record<StreamTimeKind, number>>, events: number): boolean {
    return this.#objectives.every(({ kind, limitMs }) => keeps(of[kind], limitMs, events));
  }

  /** Each token event has the same share of the tokens; without events all of them came at the end. */
  #addTokens(tokens: TokenMarks, made: number, endMs: number, windowAtMs: number): void {
    const { events } = tokens;
    if (events === 0) this.#course.addTokens(endMs - windowAtMs, made);
    for (let event = 0; event < events; event++)
      this.#course.addTokens(tokens.timeMs(event) - windowAtMs, made / events);
  }

  #addGaps(tokens: TokenMarks, windowAtMs: number): void {
    for (let event = 1; event < tokens.events; event++) {
      const atMs = tokens.timeMs(event);
      const gapMs = atMs - tokens.timeMs(event - 1);
      this.#times.add('gap', gapMs);
      this.#course.addGap(atMs - windowAtMs, gapMs);
      this.#counts.gaps++;
      if (gapMs === 0) this.#counts.coalesced++;
    }
  }
}

/** Writes a value where there is such a column. */
function put(column: Float64Array | Uint8Array | undefined, row: number, value: number): void {
  if (column !== undefined) column[row] = value;
}

/** An answer of one token has no time from one to the next, and keeps what is asked of it; one without a token does not. */
function keeps(valueMs: number, limitMs: number, events: number): boolean {
  return Number.isNaN(valueMs) ? events === 1 : valueMs < limitMs;
}
