const SLOTS = 40;
const QUARTERS = 4;

/** How many requests were outstanding (released but not ended) during a window of known length. */
export class Backlog {
  readonly #windowMs: number;
  readonly #changes = new Float64Array(SLOTS);

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Records a request of the window by its intended start and its end. */
  add(intendedMs: number, endMs: number): void {
    this.#change(intendedMs, 1);
    this.#change(endMs, -1);
  }

  /** Records many; the arrays correspond by index. */
  addAll(intendedMs: Float64Array, endMs: Float64Array): void {
    for (let at = 0; at < intendedMs.length; at++) this.add(intendedMs[at] as number, endMs[at] as number);
  }

  get portable(): Float64Array {
    return this.#changes;
  }

  /** Adds another backlog of a window of the same length. */
  addPortable(changes: Float64Array): void {
    for (const [slot, change] of changes.entries()) this.#changes[slot] = (this.#changes[slot] ?? 0) + change;
  }

  /** Mean number outstanding in each quarter of the window's first `untilMs`. */
  quarters(untilMs: number): number[] {
    const used = Math.floor((Math.min(untilMs, this.#windowMs) / this.#windowMs) * SLOTS);
    const perQuarter = Math.floor(used / QUARTERS);
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

  #change(atMs: number, by: number): void {
    const slot = Math.floor((atMs / this.#windowMs) * SLOTS);
    if (slot >= 0 && slot < SLOTS) this.#changes[slot] = (this.#changes[slot] ?? 0) + by;
  }
}
