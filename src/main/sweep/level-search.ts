/** The search ends when the last good and the first bad level are at most this share apart. */
const RESOLUTION = 0.05;

/**
 * Chooses the next load to try: doubles through the range, including its end, until a level is bad; then bisects
 * between the last good and the first bad level until they are close together. Levels are whole numbers.
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

  /** The level to try; null if the search is over. */
  get next(): number | null {
    return this.#next;
  }

  /** Reports the result of the level `next`. */
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
