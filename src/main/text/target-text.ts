import type { Summary } from '../../protocol/summary.ts';
import { PATH_OF_TRACE } from '../../protocol/trace-path.ts';

/** The name that all plans have; undefined without one, or where they differ. */
export function commonName(plans: readonly Pick<Summary['plan'], 'name'>[]): string | undefined {
  const [first] = plans;
  return plans.every(({ name }) => name === first?.name) ? first?.name : undefined;
}

/** A field of a plan, for a sentence on what differs. */
export function planFieldText(field: string): string {
  return field === 'requestsDigest' ? 'headers, bodies or expectations of requests, rows or users' : field;
}

/** What was measured, after its name if it has one. */
export function named(name: string | null | undefined, what: string): string {
  return name === undefined || name === null ? what : `${name}: ${what}`;
}

/** Method and URL of a run's request; of a trace, whose requests differ in both, where they go. */
export function targetText({
  target: { method, url },
  load,
}: Pick<Summary['plan'], 'target' | 'load'>): string {
  const isOfTrace = load.model === 'open' && load.arrivals === 'recorded' && url.endsWith(PATH_OF_TRACE);
  return isOfTrace ? `the requests of a trace to ${url.slice(0, -PATH_OF_TRACE.length)}` : `${method} ${url}`;
}

/** A module of scenarios, and where it sends its requests, if there is a base for all of them. */
export function againstWhat(file: string, base: string): string {
  return base === '' ? file : `${file} against ${base}`;
}
