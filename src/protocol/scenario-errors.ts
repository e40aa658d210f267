import type { Response } from './test-definition.ts';

/** A request failed: no complete answer, or not the expected one. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The kind as in results: `timeout`, `reset`, `status`, `expectation` and so on. */
  readonly kind: string;
  readonly code: string;
  /** Null without a complete answer. */
  readonly response: Response | null;

  constructor(kind: string, code: string, message: string, response: Response | null) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.response = response;
  }
}

/** The iteration must end: whatever it awaits rejects with this, and nothing more is sent. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('the iteration was interrupted');
  }
}

/** The scenario's own code gave up on the iteration. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
  /** As it was given: in JavaScript it may be anything. */
  readonly reason: unknown;

  constructor(reason: unknown) {
    super(typeof reason === 'string' ? reason : '');
    this.reason = reason;
  }
}
