import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { Slot } from './agent-slots.ts';
import { refusalIn } from './refusal.ts';

const MOST_PLAN_BYTES = 8_000_000;

/** A run over agents that never began: what is in the sentences, and that nothing was sent. */
export function notStarted(sentences: readonly string[]): VolleyError {
  return new VolleyError(ERROR_CODES.agents, `${sentences.join(' ')} Nothing was sent.`);
}

/** @param becauses what the agents that do not take part said, each with its name */
export function refused(becauses: readonly string[]): VolleyError {
  return (
    refusedByBroker(becauses) ??
    notStarted(['An agent refused the run.', ...[...new Set(becauses)].map((because) => `${because}.`)])
  );
}

/** @param late the slots whose agents were not ready in time */
export function notReady(late: readonly Slot[]): VolleyError {
  const byBroker = refusedByBroker(late.flatMap(({ because }) => because ?? []));
  if (byBroker !== null) return byBroker;
  return notStarted(
    late.map(({ name, joined, because }) => {
      if (because === null) return `Agent ${name} was not ready: it did not say so in time.`;
      // One that could not carry out its part says so itself, with its name.
      return because.startsWith(`${joined?.name ?? name}: `)
        ? `Agent ${because}.`
        : `Agent ${name} was not ready: ${because}.`;
    }),
  );
}

/** What the broker refused agents is one fault, of the broker, however many of them met it. */
function refusedByBroker(becauses: readonly string[]): VolleyError | null {
  const refusal = becauses.map(refusalIn).find((found) => found !== null);
  return refusal === undefined
    ? null
    : new VolleyError(ERROR_CODES.broker, `The broker refused the run (${refusal}). Nothing was sent.`);
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
      `${what} takes ${(byteLength / 1e6).toFixed(1)} MB, and agents can be sent at most 8 MB: ${advice}.`,
    );
}
