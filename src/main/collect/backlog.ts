const SLOTS = 40;
const QUARTERS = 4;

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

  /** Mean number outstanding in each quarter of the window's first `untilMs`. */
  quarters(untilMs: number): number[] {
    const perQuarter = this.#slotsOfQuarter(untilMs);
    if (perQuarter === 0) return [];
    const outstanding: number[] = [];
    let sum = 0;
    for (const change of this.#changes) {
      sum += change;
      outstanding.push(sum);
    }
    return Array.from({ length: QUARTERS }, (_, quarter) => {
      const slots = outstanding.slice(quarter * perQuarter, (quarter + 1) * perQuarter);
      return slots.reduce((total, count) => total + count, 0) / perQuarter;
    });
  }

  /** How long the requests took on average that were due in each of these quarters; NaN where none was. */
  meansMs(untilMs: number): number[] {
    const perQuarter = this.#slotsOfQuarter(untilMs);
    if (perQuarter === 0) return [];
    const sumOf = (values: Float64Array, quarter: number): number =>
      values
        .subarray(quarter * perQuarter, (quarter + 1) * perQuarter)
        .reduce((sum, value) => sum + value, 0);
    return Array.from(
      { length: QUARTERS },
      (_, quarter) => sumOf(this.#tookMs, quarter) / sumOf(this.#due, quarter),
    );
  }

  #slotsOfQuarter(untilMs: number): number {
    const used = Math.floor((Math.min(untilMs, this.#windowMs) / this.#windowMs) * SLOTS);
    return Math.floor(used / QUARTERS);
  }

  #slotOf(atMs: number): number {
    return Math.floor((atMs / this.#windowMs) * SLOTS);
  }

  #change(atMs: number, by: number): void {
    const slot = this.#slotOf(atMs);
    if (slot >= 0 && slot < SLOTS) this.#changes[slot] = (this.#changes[slot] ?? 0) + by;
  }
}
