import type { FlowStep, FlowTest, ScenarioFlow } from '../../../protocol/flow.ts';
import type {
  Body,
  Metrics,
  ScenarioDefinition,
  TestDefinition,
  VU,
} from '../../../protocol/test-definition.ts';
import { loadConditions } from '../../../requests/conditions.ts';
import { hidingCaptured } from './captured-secrets.ts';
import { Expressions, hasExpressions } from './expressions.ts';
import { type Called, flowStep, type Step, type StepMaker } from './steps.ts';
import { Walk } from './walk.ts';

type Import = (module: string) => Promise<Readonly<Record<string, unknown>>>;

/** Builds a test from steps of a plan file, in the same form as a module's. */
export async function flowTest(flow: FlowTest, importModule: Import): Promise<TestDefinition> {
  const reader = hasExpressions(flow) ? await loadConditions() : null;
  const modules = await modulesOf(flow, importModule);
  const maker: StepMaker = {
    path: flow.path,
    expressions: new Expressions(reader, flow.path),
    hide: hidingCaptured(flow),
    called: (module, name) => modules.get(module)?.[name] as Called,
  };
  const { setup, teardown } = flow;
  const scenarios = Object.entries(flow.scenarios).map(([name, own]) => [name, scenarioOf(own, maker)]);
  return {
    scenarios: Object.fromEntries(scenarios),
    ...(setup === null ? {} : { setup: aroundRun(setup, maker, 0) }),
    ...(teardown === null ? {} : { teardown: aroundRun(teardown, maker, 1) }),
  };
}

function scenarioOf(
  { exec, vuSetup, vuTeardown, hasJsonRows }: ScenarioFlow,
  maker: StepMaker,
): ScenarioDefinition {
  return {
    exec: bodyOf(exec, maker, () => ({})),
    // Values set in a user's setup stay with the user.
    ...(vuSetup === null ? {} : { vuSetup: bodyOf(vuSetup, maker, ({ vars }) => vars) }),
    ...(vuTeardown === null ? {} : { vuTeardown: bodyOf(vuTeardown, maker, () => ({})) }),
    rows: { kind: 'rows', source: { type: hasJsonRows ? 'jsonl' : 'csv', file: '' }, deal: 'cycle' },
  };
}

function bodyOf(
  flow: readonly FlowStep[],
  maker: StepMaker,
  valuesFor: (vu: VU) => Record<string, unknown>,
): Body<unknown, Metrics> {
  const step = flowStep(flow, maker);
  return async (vu) => {
    await walked(step, vu, new Walk(valuesFor(vu), vu.row, vu.vars, vu.data), maker);
  };
}

/** Takes all steps; an error shows nothing that was captured and is secret. */
async function walked(step: Step, vu: VU, walk: Walk, { hide }: StepMaker): Promise<void> {
  try {
    await step(vu, walk);
  } catch (error) {
    throw hide(error, walk);
  }
}

/** A setup or teardown; a setup returns the values it has set as the run's data. */
function aroundRun(flow: readonly FlowStep[], maker: StepMaker, place: 0 | 1) {
  const step = flowStep(flow, maker);
  return async (...given: readonly unknown[]): Promise<unknown> => {
    const data = place === 1 ? given[0] : undefined;
    const values: Record<string, unknown> = {};
    // Steps that need more than is available here are refused when the flow is read.
    await walked(step, given[place] as VU, new Walk(values, undefined, {}, data), maker);
    return values;
  };
}

async function modulesOf(
  flow: FlowTest,
  importModule: Import,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const parts = Object.values(flow.scenarios).flatMap(({ exec, vuSetup, vuTeardown }) => [
    exec,
    vuSetup,
    vuTeardown,
  ]);
  const urls = new Set([flow.setup, flow.teardown, ...parts].flatMap((steps) => modulesIn(steps ?? [])));
  return new Map(await Promise.all(Array.from(urls, async (url) => [url, await importModule(url)] as const)));
}

function modulesIn(flow: readonly FlowStep[]): string[] {
  return flow.flatMap((step) => {
    switch (step.type) {
      case 'call':
        return [step.module];
      case 'if':
        return modulesIn([...step.met, ...step.unmet]);
      case 'group':
      case 'repeat':
      case 'for':
      case 'while':
      case 'parallel':
        return modulesIn(step.flow);
      default:
        return [];
    }
  });
}
