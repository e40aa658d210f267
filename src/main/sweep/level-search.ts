/** Between the last good level and the first bad one less than this is left undecided. */
const RESOLUTION = 0.05;

/**
 * Which load to try next: the range by doubling, its end included, until a level is bad; then the middle between the
 * last good level and the first bad one, until they lie close together. Levels are whole numbers.
 */
export class LevelSearch {
  readonly #to: number;
  #next: number | null;
  #good: number | null = null;
  #bad: number | null = null;

  constructor(from: number, to: number) {
    this.#next = from;
    this.#to = to;
  }

  /** Null where nothing is left to try. */
  get next(): number | null {
    return this.#next;
  }

  /** The level that was to be tried has been. */
  tell(isGood: boolean): void {
    const level = this.#next;
    if (level === null) return;
    if (isGood) this.#good = level;
    else this.#bad = level;
    this.#next = this.#bad === null ? this.#doubled(level) : this.#middle(this.#bad);
  }

  #doubled(level: number): number | null {
    return level >= this.#to ? null : Math.min(this.#to, 2 * level);
  }

  #middle(bad: number): number | null {
    const good = this.#good;
    if (good === null || bad - good <= Math.max(1, RESOLUTION * good)) return null;
    return Math.floor((good + bad) / 2);
  }
}
