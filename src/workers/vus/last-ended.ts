import { ITERATION_OUTCOME } from '../../protocol/scenario.ts';
import { RequestError } from '../../protocol/scenario-errors.ts';
import type { Failed } from './failure-of.ts';
import { nameOf, placeOf, stackOf } from './script-place.ts';
import type { Ended, UserScenario } from './user-host.ts';

interface OneEnded {
  readonly user: object;
  readonly scenario: UserScenario;
  readonly ended: Ended;
  readonly failure: Failed | null;
}

type Record = (scenario: UserScenario, ended: Ended, failure: Failed | null) => void;

/**
 * Iterations that have just ended. Node reports rejections that nobody awaits, and late awaits of them, only at the end of
 * a turn of the event loop; until then, an iteration may still turn out to have failed.
 */
export class LastEnded {
  readonly #record: Record;
  readonly #settled: () => void;
  #ended: OneEnded[] = [];
  /** Rejected promises that nobody awaits yet. */
  readonly #rejected = new Map<Promise<unknown>, { readonly user: object; readonly failure: Failed }>();
  #turn: NodeJS.Immediate | null = null;

  /** @param settled called when no iteration is left that may still fail */
  constructor(record: Record, settled: () => void) {
    this.#record = record;
    this.#settled = settled;
  }

  get isEmpty(): boolean {
    return this.#ended.length === 0;
  }

  add(one: OneEnded): void {
    this.#ended.push(one);
    this.#turn ??= setImmediate(this.#turnOver);
  }

  /** A promise of a user was rejected, and nobody awaits it. */
  unawaited(user: object, promise: Promise<unknown>, reason: unknown): void {
    this.#rejected.set(promise, { user, failure: unawaitedFailure(reason) });
  }

  /** It is awaited after all. */
  awaited(promise: Promise<unknown>): void {
    this.#rejected.delete(promise);
  }

  /** Records all iterations that have ended. */
  flush(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#turn = null;
    const ended = this.#ended;
    this.#ended = [];
    for (const { user, scenario, ended: one, failure } of ended) {
      const rejected = this.#rejected.size === 0 ? null : this.#takeRejected(user);
      if (rejected === null || one.outcome !== ITERATION_OUTCOME.completed)
        this.#record(scenario, one, failure);
      else this.#record(scenario, { ...one, outcome: ITERATION_OUTCOME.failed }, rejected);
    }
  }

  /** Takes rejections that came when their user had no iteration left to attribute them to. */
  takeLeft(): Failed[] {
    const left = [...this.#rejected.values()].map(({ failure }) => failure);
    this.#rejected.clear();
    return left;
  }

  readonly #turnOver = (): void => {
    this.flush();
    this.#settled();
  };

  /** The user's first rejection; further ones belong to the same iteration. */
  #takeRejected(user: object): Failed | null {
    let first: Failed | null = null;
    for (const [promise, one] of this.#rejected) {
      if (one.user !== user) continue;
      first ??= one.failure;
      this.#rejected.delete(promise);
    }
    return first;
  }
}

/** A rejection that nobody awaited is an error of the code, whatever was rejected. */
function unawaitedFailure(reason: unknown): Failed {
  // The stack of a request's error points to where the answer was read, not to the scenario's code.
  const isRequest = reason instanceof RequestError;
  const where = isRequest ? `${reason.kind} ${reason.code}` : (placeOf(reason) ?? nameOf(reason));
  const example = `an await is missing: nobody has awaited what failed with ${isRequest ? reason.message : stackOf(reason)}`;
  return { kind: 'script', code: `no await, ${where}`, example };
}
