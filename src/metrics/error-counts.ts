import type { TimedErrorTally } from '../protocol/report.ts';

/** Adds failures to a map keyed by kind and code; the first example of each is kept. */
export function addErrors(into: Map<string, TimedErrorTally>, errors: Iterable<TimedErrorTally>): void {
  for (const error of errors) {
    const key = `${error.kind} ${error.code}`;
    const known = into.get(key);
    into.set(key, known === undefined ? error : together(known, error));
  }
}

function together(known: TimedErrorTally, more: TimedErrorTally): TimedErrorTally {
  return {
    ...known,
    count: known.count + more.count,
    ...(known.varies === true || more.varies === true || known.example !== more.example
      ? { varies: true }
      : {}),
    firstAtMs: Math.min(known.firstAtMs, more.firstAtMs),
    lastAtMs: Math.max(known.lastAtMs, more.lastAtMs),
  };
}
