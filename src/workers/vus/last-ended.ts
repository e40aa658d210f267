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
 * Iterations that have just ended. What nobody awaits is known to be rejected, and what is awaited late to be awaited,
 * only when the turn of the event loop is over: until then it may come out that one of them has failed.
 */
export class LastEnded {
  readonly #record: Record;
  readonly #settled: () => void;
  #ended: OneEnded[] = [];
  /** What was rejected, and nobody awaits yet. */
  readonly #rejected = new Map<Promise<unknown>, { readonly user: object; readonly failure: Failed }>();
  #turn: NodeJS.Immediate | null = null;

  /** @param settled called when nothing is left that may fail after all */
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

  /** Something of a user was rejected that nobody awaits. */
  unawaited(user: object, promise: Promise<unknown>, reason: unknown): void {
    this.#rejected.set(promise, { user, failure: unawaitedFailure(reason) });
  }

  /** Somebody awaits it after all. */
  awaited(promise: Promise<unknown>): void {
    this.#rejected.delete(promise);
  }

  /** Records what is left. */
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

  /** Takes what was rejected when its user had no iteration left that could have failed with it. */
  takeLeft(): Failed[] {
    const left = [...this.#rejected.values()].map(({ failure }) => failure);
    this.#rejected.clear();
    return left;
  }

  readonly #turnOver = (): void => {
    this.flush();
    this.#settled();
  };

  /** The first thing of a user; the others belong to the same iteration. */
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
  // Where an answer was read is no place of the code.
  const isRequest = reason instanceof RequestError;
  const where = isRequest ? `${reason.kind} ${reason.code}` : (placeOf(reason) ?? nameOf(reason));
  const example = `an await is missing: nobody has awaited what failed with ${isRequest ? reason.message : stackOf(reason)}`;
  return { kind: 'script', code: `no await, ${where}`, example };
}
