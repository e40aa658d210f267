import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { Slot } from './agent-slots.ts';

const MOST_PLAN_BYTES = 8_000_000;

/** A run over agents that never began: what is in the sentences, and that nothing was sent. */
export function notStarted(sentences: readonly string[]): VolleyError {
  return new VolleyError(ERROR_CODES.agents, `${sentences.join(' ')} Nothing was sent.`);
}

/** @param late the slots whose agents were not ready in time */
export function notReady(late: readonly Slot[]): VolleyError {
  return notStarted(
    late.map(({ name, because }) => {
      if (because === null) return `Agent ${name} was not ready: it did not say so in time.`;
      // One that could not carry out its part says so itself, with its name.
      return because.startsWith(`${name}: `)
        ? `Agent ${because}.`
        : `Agent ${name} was not ready: ${because}.`;
    }),
  );
}

/** The broker was emptied, or restarted without its data, before the load began. */
export function lostData(): VolleyError {
  return new VolleyError(
    ERROR_CODES.broker,
    'The broker has lost its data, and this run with it: start the run again. Nothing was sent.',
  );
}

/** @throws VolleyError VOLLEY_USAGE if a sealed plan is too large for the broker */
export function checkPlanSize(sealed: Uint8Array): void {
  checkSize(sealed, 'The plan', 'give fewer rows, smaller bodies, or code that imports less');
}

/** @throws VolleyError VOLLEY_USAGE if what setup returned is too large for the broker */
export function checkPreparedSize(sealed: Uint8Array): void {
  checkSize(sealed, 'What setup returned', 'return less');
}

function checkSize({ byteLength }: Uint8Array, what: string, advice: string): void {
  if (byteLength > MOST_PLAN_BYTES)
    throw new VolleyError(
      ERROR_CODES.usage,
      `${what} takes ${(byteLength / 1e6).toFixed(1)} MB, and agents are sent 8 MB at most: ${advice}.`,
    );
}
