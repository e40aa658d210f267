import type { Summary } from '../../protocol/summary.ts';

/** Stands for the path of a trace's requests, after the URL that they go to. */
export const PATH_OF_TRACE = '{{raw path}}';

/** Method and URL of a run's request; of a trace, whose requests differ in both, where they go. */
export function targetText({
  target: { method, url },
  load,
}: Pick<Summary['plan'], 'target' | 'load'>): string {
  const isOfTrace = load.model === 'open' && load.arrivals === 'recorded' && url.endsWith(PATH_OF_TRACE);
  return isOfTrace ? `the requests of a trace to ${url.slice(0, -PATH_OF_TRACE.length)}` : `${method} ${url}`;
}
