const SLOTS = 40;
const QUARTERS = 4;

/** How requests piled up in four equal parts, one after the other. */
export interface Growth {
  /** How long the four parts are together. */
  readonly forMs: number;
  /** How many requests were due in them. */
  readonly due: number;
  /** Mean number outstanding in each part. */
  readonly outstanding: readonly number[];
  /** How long the requests took on average that were due in each; NaN where none was. */
  readonly tookMs: readonly number[];
}

/** How many requests were outstanding (released but not ended) during a window of known length, and for how long. */
export class Backlog {
  readonly #windowMs: number;
  /** One after the other: changes of their number, how many were due, and how long those took together. */
  readonly #counts = new Float64Array(3 * SLOTS);
  readonly #changes = this.#counts.subarray(0, SLOTS);
  readonly #due = this.#counts.subarray(SLOTS, 2 * SLOTS);
  readonly #tookMs = this.#counts.subarray(2 * SLOTS);

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Records a request of the window by its intended start and its end. */
  add(intendedMs: number, endMs: number): void {
    this.#change(intendedMs, 1);
    this.#change(endMs, -1);
    const slot = this.#slotOf(intendedMs);
    if (slot < 0 || slot >= SLOTS) return;
    this.#due[slot] = (this.#due[slot] ?? 0) + 1;
    this.#tookMs[slot] = (this.#tookMs[slot] ?? 0) + endMs - intendedMs;
  }

  /** Records many; the arrays correspond by index. */
  addAll(intendedMs: Float64Array, endMs: Float64Array): void {
    for (let at = 0; at < intendedMs.length; at++) this.add(intendedMs[at] as number, endMs[at] as number);
  }

  get portable(): Float64Array {
    return this.#counts;
  }

  /** Adds another backlog of a window of the same length. */
  addPortable(counts: Float64Array): void {
    for (const [at, count] of counts.entries()) this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** How it went in quarters of the window's first `untilMs`, or of the last `share` of these; null if that is too short. */
  growth(untilMs: number, share = 1): Growth | null {
    const used = Math.floor((Math.min(untilMs, this.#windowMs) / this.#windowMs) * SLOTS);
    const perQuarter = Math.floor((used * share) / QUARTERS);
    if (perQuarter === 0) return null;
    const start = share === 1 ? 0 : used - QUARTERS * perQuarter;
    const inQuarters = (ofSlots: Float64Array): number[] =>
      Array.from({ length: QUARTERS }, (_, quarter) => {
        const from = start + quarter * perQuarter;
        return ofSlots.subarray(from, from + perQuarter).reduce((sum, value) => sum + value, 0);
      });
    const due = inQuarters(this.#due);
    return {
      forMs: (QUARTERS * perQuarter * this.#windowMs) / SLOTS,
      due: due.reduce((sum, count) => sum + count, 0),
      outstanding: inQuarters(this.#outstanding()).map((sum) => sum / perQuarter),
      tookMs: inQuarters(this.#tookMs).map((sum, quarter) => sum / (due[quarter] ?? 0)),
    };
  }

  #outstanding(): Float64Array {
    let sum = 0;
    return this.#changes.map((change) => {
      sum += change;
      return sum;
    });
  }

  #slotOf(atMs: number): number {
    return Math.floor((atMs / this.#windowMs) * SLOTS);
  }

  #change(atMs: number, by: number): void {
    const slot = this.#slotOf(atMs);
    if (slot >= 0 && slot < SLOTS) this.#changes[slot] = (this.#changes[slot] ?? 0) + by;
  }
}
