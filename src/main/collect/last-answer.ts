import { isCensored, isComplete, isFailed, OUTCOME } from '../../protocol/report.ts';

/** Only the last ones matter. */
const MOST_KEPT = 256;
const LOWEST_SERVER_ERROR = 500;

interface Unanswered {
  readonly dueMs: number;
  readonly endMs: number;
  readonly isUnfinished: boolean;
  /** It failed with an answer or an error, not for lack of either. */
  readonly isRefused: boolean;
}

/** The same in a form that can be sent. */
export interface PortableLastAnswer {
  readonly dueMs: number;
  readonly endMs: number;
  readonly later: readonly Unanswered[];
}

/** How a run ended for a target that answered no more. */
export interface Silence {
  /** When the last answer came, from the start of the window. */
  readonly sinceMs: number;
  /** From then until the last request that was due later had failed. */
  readonly forMs: number;
  readonly requests: number;
  /** How many of them failed at once, after the last answer, rather than by waiting in vain. */
  readonly refused: number;
}

/** The last answer of the target, and the requests due later that got none, or only an error of the server. */
export class LastAnswer {
  #dueMs = Number.NEGATIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
  #later: Unanswered[] = [];

  add(dueMs: number, endMs: number, outcome: number, status: number): void {
    if (isComplete(outcome) && status < LOWEST_SERVER_ERROR) this.addAnswers(dueMs, endMs);
    else if (isOfTarget(outcome))
      this.#keep([
        { dueMs, endMs, isUnfinished: outcome === OUTCOME.unfinished, isRefused: !isSilence(outcome) },
      ]);
  }

  /** Adds any number of answers at once, by the largest of their times. */
  addAnswers(dueMs: number, endMs: number): void {
    if (dueMs > this.#dueMs) this.#dueMs = dueMs;
    if (endMs > this.#endMs) this.#endMs = endMs;
  }

  /**
   * Null if there was an answer to the request that was due last, or never one at all.
   *
   * @param countsFromMs how long those must have waited that volley stopped waiting for
   */
  silence(countsFromMs: number): Silence | null {
    const later = this.#later.filter(
      ({ dueMs, endMs, isUnfinished }) =>
        dueMs > this.#dueMs && (!isUnfinished || endMs - dueMs >= countsFromMs),
    );
    if (later.length === 0 || this.#endMs < 0) return null;
    const lastMs = Math.max(...later.map(({ endMs }) => endMs));
    const refused = later.filter(({ endMs, isRefused }) => isRefused && endMs > this.#endMs).length;
    return { sinceMs: this.#endMs, forMs: lastMs - this.#endMs, requests: later.length, refused };
  }

  get portable(): PortableLastAnswer {
    return { dueMs: this.#dueMs, endMs: this.#endMs, later: this.#later };
  }

  addPortable({ dueMs, endMs, later }: PortableLastAnswer): void {
    this.addAnswers(dueMs, endMs);
    this.#keep(later);
  }

  #keep(later: readonly Unanswered[]): void {
    this.#later.push(...later);
    if (this.#later.length <= 2 * MOST_KEPT) return;
    this.#later = this.#later
      .filter(({ dueMs }) => dueMs > this.#dueMs)
      .sort((a, b) => b.dueMs - a.dueMs)
      .slice(0, MOST_KEPT);
  }
}

function isSilence(outcome: number): boolean {
  return isCensored(outcome) || outcome === OUTCOME.stalled;
}

/** Not what this machine lacked, what could not be sent, or what was ended on purpose. */
function isOfTarget(outcome: number): boolean {
  if (outcome === OUTCOME.generator || outcome === OUTCOME.request || outcome === OUTCOME.aborted)
    return false;
  return outcome === OUTCOME.unfinished || isFailed(outcome);
}
