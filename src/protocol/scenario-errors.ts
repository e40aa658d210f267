import type { Response } from './test-definition.ts';

/** A request without a complete answer, or with another one than expected. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** As in the result: `timeout`, `reset`, `status`, `expectation` and others. */
  readonly kind: string;
  readonly code: string;
  /** Null where there is no complete answer. */
  readonly response: Response | null;

  constructor(kind: string, code: string, message: string, response: Response | null) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.response = response;
  }
}

/** The iteration has to end: what it awaits is rejected with this, and nothing more is sent. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the iteration was interrupted');
  }
}

/** The iteration has found by itself that it cannot go on. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
}
