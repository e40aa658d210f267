import type { ErrorTally } from '../protocol/report.ts';

/** Adds failures to a map keyed by kind and code; the first example of each is kept. */
export function addErrors(into: Map<string, ErrorTally>, errors: Iterable<ErrorTally>): void {
  for (const error of errors) {
    const key = `${error.kind} ${error.code}`;
    const known = into.get(key);
    into.set(key, known === undefined ? error : { ...known, count: known.count + error.count });
  }
}
