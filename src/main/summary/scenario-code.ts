import type { CodeShare, ScenariosPlan } from '../../protocol/scenario.ts';
import type { CollectedWorker } from '../collect/collected.ts';

/** How much of an event loop the scenarios' own code took, in the worker where it took the most; null if unknown. */
export function scenarioCodeOf(
  workers: readonly CollectedWorker[],
  plan: ScenariosPlan | undefined,
): CodeShare | null {
  const uses = workers
    .flatMap(({ report }) => report?.scenarios?.code ?? [])
    .filter(({ loadMs }) => loadMs > 0);
  if (uses.length === 0 || plan === undefined) return null;
  const longest = uses.reduce((most, use) => (use.longestMs > most.longestMs ? use : most));
  const scenarios = plan.scenarios.map(({ name }, index) => ({
    name,
    ms: sumOf(uses.map(({ codeMs }) => codeMs[index] ?? 0)),
  }));
  return {
    ms: sumOf(scenarios.map(({ ms }) => ms)),
    scenarios: scenarios.sort((a, b) => b.ms - a.ms),
    share: Math.max(...uses.map(({ codeMs, loadMs }) => sumOf(codeMs) / loadMs)),
    blockedShare: Math.max(...uses.map(({ blockedMs, loadMs }) => blockedMs / loadMs)),
    longestMs: longest.longestMs,
    longestOf: longest.longestOf,
  };
}

function sumOf(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0);
}
