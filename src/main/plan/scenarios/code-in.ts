import { fileURLToPath } from 'node:url';
import type { FlowStep } from '../../../protocol/flow.ts';
import type { ScenarioCode } from '../../../protocol/scenario.ts';

/** The file with the first code that is not volley's; null if scenarios consist of steps alone. */
export function codeIn(code: ScenarioCode): string | null {
  if (code.type === 'module') return fileURLToPath(code.url);
  const { setup, teardown, scenarios } = code.flow;
  const parts = Object.values(scenarios).flatMap(({ exec, vuSetup, vuTeardown }) => [
    exec,
    vuSetup ?? [],
    vuTeardown ?? [],
  ]);
  for (const step of [setup ?? [], teardown ?? [], ...parts].flat()) {
    const called = calledBy(step);
    if (called !== null) return called;
  }
  return null;
}

function calledBy(step: FlowStep): string | null {
  switch (step.type) {
    case 'call':
      return fileURLToPath(step.module);
    case 'if':
      return firstOf([...step.met, ...step.unmet]);
    case 'group':
    case 'repeat':
    case 'for':
    case 'while':
    case 'parallel':
      return firstOf(step.flow);
    case 'request':
    case 'think':
    case 'check':
    case 'add':
    case 'fail':
      return null;
  }
}

function firstOf(steps: readonly FlowStep[]): string | null {
  for (const step of steps) {
    const called = calledBy(step);
    if (called !== null) return called;
  }
  return null;
}
