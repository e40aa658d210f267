import type { Interrupted, RequestError } from '../../protocol/scenario-errors.ts';
import type { Response } from '../../protocol/test-definition.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { Answer } from './answer.ts';
import { type CodeOwner, callAs } from './unawaited.ts';
import type { Awaited } from './user-connections.ts';

/** Whose code awaits an answer. */
export interface AwaitingUser extends CodeOwner {
  /** One of its requests has ended: returns its answer, or with what its promise is rejected. */
  answered(exchange: Exchange, endMs: number): Answer | RequestError | Interrupted;
}

/** A request, with the promise of its answer. */
export class AwaitedAnswer implements Awaited {
  readonly request: Awaited['request'];
  readonly intendedMs: number;
  readonly dispatchedMs: number;
  readonly #user: AwaitingUser;
  readonly #resolve: (answer: Response) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    user: AwaitingUser,
    request: Awaited['request'],
    intendedMs: number,
    dispatchedMs: number,
    resolve: (answer: Response) => void,
    reject: (error: Error) => void,
  ) {
    this.#user = user;
    this.request = request;
    this.intendedMs = intendedMs;
    this.dispatchedMs = dispatchedMs;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  answered(exchange: Exchange, endMs: number): void {
    const answer = this.#user.answered(exchange, endMs);
    if (answer instanceof Answer) this.#resolve(answer);
    else callAs(this.#user, this.#reject, answer);
  }

  failed(error: Error): void {
    callAs(this.#user, this.#reject, error);
  }
}
