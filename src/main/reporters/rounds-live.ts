import type { Progress } from '../run/run-handle.ts';
import { formatAbout } from '../text/format.ts';
import { fittedLine, type LinePart } from './fitted-line.ts';
import { LiveLine, type LiveStream } from './live-line.ts';
import { failedPart, kindsPart, progressParts } from './progress-line.ts';

/** A run of one arm; `progress` is null at its start. */
interface ShownRound {
  readonly round: number;
  readonly arm: string;
  readonly progress: Progress | null;
}

/** Shows the progress of rounds: a line redrawn in place on a terminal, else one line per run. */
export class RoundsLive {
  readonly #line: LiveLine;
  readonly #rounds: number;
  readonly #runs: number;
  readonly #eachMs: number | null;
  #begun = 0;
  #last: Progress | null = null;

  /** @param eachMs approximate length of one run; null if unknown */
  constructor(stream: LiveStream, arms: number, rounds: number, eachMs: number | null) {
    this.#line = new LiveLine(stream);
    this.#rounds = rounds;
    this.#runs = arms * rounds;
    this.#eachMs = eachMs;
  }

  show(shown: ShownRound): void {
    if (shown.progress === null) {
      this.#begun++;
      this.#last = null;
    }
    const { round, arm, progress } = shown;
    const where = `round ${round + 1} of ${this.#rounds}: ${arm}`;
    if (!this.#line.isRenewed) {
      if (progress === null) this.#line.show(`volley: ${where}`);
      return;
    }
    const done = (this.#begun - 1) / this.#runs;
    const left = this.#eachMs === null ? [] : [this.#leftPart(this.#eachMs)];
    const now = progress === null ? [] : this.#progressParts(progress);
    this.#line.show(
      fittedLine(
        [
          { text: `${Math.floor(done * 100)}%`.padStart(4), dropAt: 1 },
          { text: where, gap: ' ', dropAt: 2 },
          ...now,
          ...left,
        ],
        this.#line.width,
      ),
    );
    this.#last = progress;
  }

  /** Removes the line before other output. */
  clear(): void {
    this.#line.clear();
  }

  #leftPart(eachMs: number): LinePart {
    return { text: `${formatAbout((this.#runs - this.#begun + 1) * eachMs)} left`, dropAt: 4 };
  }

  #progressParts(progress: Progress): LinePart[] {
    const { failed, failedAs, ended } = progress;
    return [...progressParts(progress, this.#last), failedPart(failed, ended), ...kindsPart(failedAs)];
  }
}
