import type { FlowStep } from '../../../protocol/flow.ts';
import type { ScenarioCode } from '../../../protocol/scenario.ts';

/** How long the code at the top of a module may take: reading files or building a client has its time. */
export const LONGEST_TOP_MS = 30_000;

/** The `file:` URLs of the modules with code that is not volley's; none if scenarios consist of steps alone. */
export function modulesIn(code: ScenarioCode): string[] {
  if (code.type === 'module') return [code.url];
  const { setup, teardown, scenarios } = code.flow;
  const parts = Object.values(scenarios).flatMap(({ exec, vuSetup, vuTeardown }) => [
    exec,
    vuSetup ?? [],
    vuTeardown ?? [],
  ]);
  return [...new Set([setup ?? [], teardown ?? [], ...parts].flat().flatMap(calledBy))];
}

function calledBy(step: FlowStep): string[] {
  switch (step.type) {
    case 'call':
      return [step.module];
    case 'if':
      return [...step.met, ...step.unmet].flatMap(calledBy);
    case 'group':
    case 'repeat':
    case 'for':
    case 'while':
    case 'parallel':
      return step.flow.flatMap(calledBy);
    case 'request':
    case 'think':
    case 'check':
    case 'add':
    case 'fail':
      return [];
  }
}
