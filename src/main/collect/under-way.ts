/** The state of requests at the end of a stretch of intervals. */
export interface Progressed {
  /** Ended well within the stretch. */
  readonly answered: number;
  /** Due by its end and not ended by then. */
  readonly outstanding: number;
  /** Due within the stretch and never sent. */
  readonly dropped: number;
}

/** The counts at a moment: all ends up to it are recorded soon after it. */
export interface EndedBy {
  /** Since the start of the window. */
  readonly atMs: number;
  /** How many ended from the start of the window until then. */
  readonly ended: number;
  /** How many were in flight at the start of the window; those that have since ended count among `ended`. */
  readonly before: number;
}

/** The same counts in a form that can be sent, from some interval on. */
export interface PortableUnderWay {
  readonly begun: Float64Array;
  readonly ended: Float64Array;
  readonly answered: Float64Array;
  readonly dropped: Float64Array;
  readonly before: number;
  readonly later: readonly { readonly endMs: number; readonly isOk: boolean }[];
}

/** How many requests were in flight at the end of each interval of a run, and how many ended well in it. */
export class UnderWay {
  readonly #intervals: number;
  #intervalMs: number;
  #begun: Float64Array;
  #ended: Float64Array;
  #answered: Float64Array;
  #dropped: Float64Array;
  /** Due in the warm-up. */
  #before = 0;
  /** Ends beyond the last interval so far: at most as many as there were requests in flight at once. */
  #later: { readonly endMs: number; readonly isOk: boolean }[] = [];
  /** The first interval in which a request that was due before the window has ended. */
  #firstEndOfEarlier = Number.POSITIVE_INFINITY;

  constructor(intervals: number, intervalMs: number) {
    this.#intervals = intervals;
    this.#intervalMs = intervalMs;
    this.#begun = new Float64Array(intervals);
    this.#ended = new Float64Array(intervals);
    this.#answered = new Float64Array(intervals);
    this.#dropped = new Float64Array(intervals);
  }

  /** @param fromMs within the intervals so far, or before them; a request that ended before them is ignored */
  add(fromMs: number, endMs: number, isOk: boolean): void {
    if (endMs < 0) return;
    if (fromMs < 0) {
      this.#before++;
      this.#firstEndOfEarlier = Math.min(this.#firstEndOfEarlier, Math.floor(endMs / this.#intervalMs));
    } else increment(this.#begun, Math.floor(fromMs / this.#intervalMs));
    this.#end(endMs, isOk);
  }

  /** Counts a request that was never sent; its time without an answer is added like any other's. */
  addDropped(dueMs: number): void {
    increment(this.#dropped, Math.floor(dueMs / this.#intervalMs));
  }

  /** Adds successful requests due in the interval of `fromMs`, with the ends from index `from` to before `to`. */
  addGood(fromMs: number, endsMs: Float64Array, from: number, to: number): void {
    const index = Math.floor(fromMs / this.#intervalMs);
    this.#begun[index] = (this.#begun[index] ?? 0) + to - from;
    for (let at = from; at < to; at++) this.#end(endsMs[at] as number, true);
  }

  /** How many intervals from the first one hold anything. */
  get used(): number {
    let used = this.#intervals;
    while (used > 0 && !this.#begun[used - 1] && !this.#ended[used - 1] && !this.#dropped[used - 1]) used--;
    return used;
  }

  /** The first interval that has changed since the last call apart from those in which requests were due since. */
  takeFirstEndOfEarlier(): number {
    const first = this.#firstEndOfEarlier;
    this.#firstEndOfEarlier = Number.POSITIVE_INFINITY;
    return first;
  }

  /** The intervals from `from` to before `to`; it shares memory with this. */
  portableRows(from: number, to: number): PortableUnderWay {
    return {
      begun: this.#begun.subarray(from, to),
      ended: this.#ended.subarray(from, to),
      answered: this.#answered.subarray(from, to),
      dropped: this.#dropped.subarray(from, to),
      before: this.#before,
      later: this.#later,
    };
  }

  /**
   * Adds the intervals of another one.
   *
   * @param factor how many of its intervals make one of these
   * @param first the number of its first interval
   * @param until intervals from this one on are left out
   */
  addRows(
    { begun, ended, answered, dropped }: PortableUnderWay,
    factor: number,
    first: number,
    until: number,
  ): void {
    addTo(this.#begun, begun, factor, first, until);
    addTo(this.#ended, ended, factor, first, until);
    addTo(this.#answered, answered, factor, first, until);
    addTo(this.#dropped, dropped, factor, first, until);
  }

  /** Adds what of another one is in none of its intervals. */
  addOutside({ before, later }: PortableUnderWay): void {
    this.#before += before;
    for (const { endMs, isOk } of later) this.#end(endMs, isOk);
  }

  /** Merges every `factor` neighbours into one. */
  grow(factor: number): void {
    this.#intervalMs *= factor;
    this.#begun = grown(this.#begun, factor);
    this.#ended = grown(this.#ended, factor);
    this.#answered = grown(this.#answered, factor);
    this.#dropped = grown(this.#dropped, factor);
    const later = this.#later;
    this.#later = [];
    for (const { endMs, isOk } of later) this.#end(endMs, isOk);
  }

  /** `count` stretches, each of the same number of intervals. */
  stretches(count: number, length: number): Progressed[] {
    let outstanding = this.#before;
    return Array.from({ length: count }, (_, index) => {
      const [from, to] = [index * length, (index + 1) * length];
      outstanding += sum(this.#begun.subarray(from, to)) - sum(this.#ended.subarray(from, to));
      return {
        answered: sum(this.#answered.subarray(from, to)),
        outstanding,
        dropped: sum(this.#dropped.subarray(from, to)),
      };
    });
  }

  /** What had ended by the last end of an interval at or before a time. */
  endedBy(untilMs: number): EndedBy {
    const intervals = Math.max(0, Math.min(this.#intervals, Math.floor(untilMs / this.#intervalMs)));
    return {
      atMs: intervals * this.#intervalMs,
      ended: sum(this.#ended.subarray(0, intervals)),
      before: this.#before,
    };
  }

  #end(endMs: number, isOk: boolean): void {
    const index = Math.floor(endMs / this.#intervalMs);
    if (index >= this.#intervals) {
      this.#later.push({ endMs, isOk });
      return;
    }
    increment(this.#ended, index);
    if (isOk) increment(this.#answered, index);
  }
}

function increment(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function grown(counts: Float64Array, factor: number): Float64Array {
  const sums = new Float64Array(counts.length);
  addTo(sums, counts, factor);
  return sums;
}

function addTo(
  sums: Float64Array,
  counts: Float64Array,
  factor: number,
  first = 0,
  until = Number.POSITIVE_INFINITY,
): void {
  const length = Math.min(counts.length, until - first);
  for (let at = 0; at < length; at++) {
    const into = Math.floor((first + at) / factor);
    sums[into] = (sums[into] ?? 0) + (counts[at] as number);
  }
}

function sum(counts: Float64Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
