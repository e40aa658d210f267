import type { CodeShare } from '../../protocol/scenario.ts';
import type { CollectedWorker } from '../collect/collected.ts';

/** How much of an event loop the scenarios' own code took, in the worker where it took the most; null if unknown. */
export function scenarioCodeOf(workers: readonly CollectedWorker[]): CodeShare | null {
  const uses = workers
    .flatMap(({ report }) => report?.scenarios?.code ?? [])
    .filter(({ loadMs }) => loadMs > 0);
  if (uses.length === 0) return null;
  const longest = uses.reduce((most, use) => (use.longestMs > most.longestMs ? use : most));
  return {
    ms: uses.reduce((sum, { codeMs }) => sum + codeMs, 0),
    share: Math.max(...uses.map(({ codeMs, loadMs }) => codeMs / loadMs)),
    blockedShare: Math.max(...uses.map(({ blockedMs, loadMs }) => blockedMs / loadMs)),
    longestMs: longest.longestMs,
    longestOf: longest.longestOf,
  };
}
