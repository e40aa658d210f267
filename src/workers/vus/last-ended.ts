import { ITERATION_OUTCOME } from '../../protocol/scenario.ts';
import { RequestError } from '../../protocol/scenario-errors.ts';
import type { Hide } from '../../requests/secrets.ts';
import type { Discreet } from './discreet-user.ts';
import type { Failed } from './failure-of.ts';
import { isA, nameOf, placeOf, textOf, toldInFull } from './script-place.ts';
import type { Ended, UserScenario } from './user-host.ts';

interface OneEnded {
  readonly user: object;
  readonly scenario: UserScenario;
  readonly ended: Ended;
  readonly failure: Failed | null;
}

type Record = (scenario: UserScenario, ended: Ended, failure: Failed | null) => void;

/**
 * Iterations that have just ended. Node reports rejections that nothing awaits, and late awaits of them, only at the end of
 * a turn of the event loop; until then, an iteration may still turn out to have failed.
 */
export class LastEnded {
  readonly #record: Record;
  readonly #settled: () => void;
  #ended: OneEnded[] = [];
  /** What went wrong and is neither awaited nor caught: by its promise if that may still be awaited, or each for itself. */
  readonly #unheard = new Map<object, { readonly user: object; readonly failure: Failed }>();
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

  /** A promise of a user was rejected, and nothing awaits it. */
  unawaited(user: Discreet, promise: Promise<unknown>, reason: unknown): void {
    this.#unheard.set(promise, { user, failure: unawaitedFailure(reason, user.hiding()) });
  }

  /** Code of a user threw where nothing catches it. */
  uncaught(user: Discreet, error: unknown): void {
    this.#unheard.set({}, { user, failure: uncaughtFailure(error, user.hiding()) });
  }

  /** It is awaited after all. */
  awaited(promise: Promise<unknown>): void {
    this.#unheard.delete(promise);
  }

  /** Records all iterations that have ended. */
  flush(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#turn = null;
    const ended = this.#ended;
    this.#ended = [];
    for (const { user, scenario, ended: one, failure } of ended) {
      const unheard = this.#unheard.size === 0 ? null : this.#takeUnheard(user);
      // An interrupted one may have waited for nothing else than what that exception has kept from coming.
      if (unheard === null || one.outcome === ITERATION_OUTCOME.failed) this.#record(scenario, one, failure);
      else this.#record(scenario, { ...one, outcome: ITERATION_OUTCOME.failed }, unheard);
    }
  }

  /** Takes those that came when their user had no iteration left to attribute them to. */
  takeLeft(): Failed[] {
    const left = [...this.#unheard.values()].map(({ failure }) => failure);
    this.#unheard.clear();
    return left;
  }

  readonly #turnOver = (): void => {
    this.flush();
    this.#settled();
  };

  /** The first of a user; further ones belong to the same iteration. */
  #takeUnheard(user: object): Failed | null {
    let first: Failed | null = null;
    for (const [key, one] of this.#unheard) {
      if (one.user !== user) continue;
      first ??= one.failure;
      this.#unheard.delete(key);
    }
    return first;
  }
}

/** A rejection that nothing awaited is an error of the code, whatever was rejected. */
function unawaitedFailure(reason: unknown, hide: Hide): Failed {
  // The stack of a request's error points to where the answer was read, not to the scenario's code.
  const request = isA(reason, RequestError) ? reason : null;
  const where = request === null ? (placeOf(reason) ?? nameOf(reason)) : `${request.kind} ${request.code}`;
  const example = `an await is missing: nothing awaited what failed with ${request === null ? toldInFull(reason) : textOf(request)}`;
  return { kind: 'script', code: `no await, ${where}`, example, hide };
}

/** An exception in a timer, a callback or an event, which no iteration could catch. */
export function uncaughtFailure(error: unknown, hide: Hide): Failed {
  return {
    kind: 'script',
    code: `not caught, ${placeOf(error) ?? nameOf(error)}`,
    example: `nothing caught what a timer, a callback or an event threw: ${toldInFull(error)}`,
    hide,
  };
}
