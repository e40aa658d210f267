import { basename } from 'node:path';
import type { FlowStep } from '../../../protocol/flow.ts';
import { Interrupted, ScenarioFailure } from '../../../protocol/scenario-errors.ts';
import type { VU } from '../../../protocol/test-definition.ts';
import { ownerNow } from '../unawaited.ts';
import type { HideCaptured } from './captured-secrets.ts';
import { checkStep } from './check-step.ts';
import { type Expressions, isList } from './expressions.ts';
import { placed } from './flow-error.ts';
import { requestStep } from './request-step.ts';
import { textMaker } from './texts.ts';
import type { Walk } from './walk.ts';

/** After this many rounds, of all its loops, a flow yields to the event loop, which computing alone would block. */
const ROUNDS_AT_ONCE = 1_000;

/** A compiled step. Only a returned promise is awaited. */
export type Step = (vu: VU, walk: Walk) => Promise<unknown> | undefined;

/** A function named by a `call` step. */
export type Called = (vu: VU, values: Readonly<Record<string, unknown>>) => unknown;

/** What steps are compiled with. */
export interface StepMaker {
  readonly path: string;
  readonly expressions: Expressions;
  /** Finds a function by module and name. */
  readonly called: (module: string, name: string) => Called;
  readonly hide: HideCaptured;
}

/** A single step that runs a whole flow in order. */
export function flowStep(flow: readonly FlowStep[], maker: StepMaker): Step {
  const steps = flow.map((step) => withPlace(step, stepOf(step, maker), maker.path));
  const [only] = steps;
  if (only !== undefined && steps.length === 1) return only;
  return async (vu, walk) => {
    for (const step of steps) {
      const doing = step(vu, walk);
      if (doing !== undefined) await doing;
    }
  };
}

function withPlace({ at: place }: FlowStep, step: Step, path: string): Step {
  return (vu, walk) => {
    try {
      return step(vu, walk)?.catch((error: unknown) => {
        throw placed(error, path, place);
      });
    } catch (error) {
      throw placed(error, path, place);
    }
  };
}

function stepOf(step: FlowStep, maker: StepMaker): Step {
  const { expressions } = maker;
  switch (step.type) {
    case 'request':
      return requestStep(step, maker.path, checkStep(step.checks, expressions));
    case 'think': {
      const { leastMs, mostMs } = step;
      if (mostMs === null) return (vu) => vu.sleep(leastMs);
      return (vu) => vu.sleep(leastMs, mostMs);
    }
    case 'group': {
      const body = flowStep(step.flow, maker);
      return (vu, walk) => vu.group(step.name, (inner) => body(inner, walk));
    }
    case 'repeat':
      return loop(flowStep(step.flow, maker), (times) => times < step.times);
    case 'for':
      return forStep(step, maker);
    case 'while':
      return whileStep(step, maker);
    case 'if': {
      const holds = expressions.condition(step.condition);
      const [met, unmet] = [flowStep(step.met, maker), flowStep(step.unmet, maker)];
      return (vu, walk) => (holds(walk, vu) ? met : unmet)(vu, walk);
    }
    case 'parallel': {
      const steps = step.flow.map((one) => flowStep([one], maker));
      return (vu, walk) => Promise.all(steps.map((one) => one(vu, walk)));
    }
    case 'call':
      return callStep(step, maker);
    case 'check': {
      const check = checkStep(step.checks, expressions);
      return (vu, walk) => {
        check?.(vu, walk);
        return undefined;
      };
    }
    case 'add':
      return addStep(step, expressions);
    case 'fail': {
      const reason = textMaker(step.reason);
      return (vu, walk) => {
        throw new ScenarioFailure(reason(walk, vu));
      };
    }
  }
}

function loop(body: Step, goesOn: (times: number, vu: VU, walk: Walk) => boolean): Step {
  return async (vu, walk) => {
    for (let times = 0; goesOn(times, vu, walk); times++) {
      await body(vu, walk);
      if (isToTurn(walk)) await turn(vu);
    }
  };
}

/** A round is over. */
function isToTurn(walk: Walk): boolean {
  walk.rounds++;
  return walk.rounds % ROUNDS_AT_ONCE === 0;
}

/** Yields to the event loop; throws if the iteration has to end. */
async function turn(vu: VU): Promise<void> {
  const owner = ownerNow();
  owner?.pauses();
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      owner?.goesOn();
      resolve();
    });
  });
  if (vu.signal.aborted) throw new Interrupted();
}

function forStep(step: Extract<FlowStep, { type: 'for' }>, maker: StepMaker): Step {
  const body = flowStep(step.flow, maker);
  const given = step.in;
  const make = isList(given) ? () => given : maker.expressions.maker(given);
  return async (vu, walk) => {
    const list = make(walk, vu);
    if (!Array.isArray(list))
      throw new Error(`for ${step.name}: 'in' gives a value of type ${typeof list}, not a list`);
    for (const value of list) {
      walk.values[step.name] = value;
      await body(vu, walk);
      if (isToTurn(walk)) await turn(vu);
    }
  };
}

function whileStep(step: Extract<FlowStep, { type: 'while' }>, maker: StepMaker): Step {
  const holds = maker.expressions.condition(step.condition);
  return loop(flowStep(step.flow, maker), (times, vu, walk) => {
    if (!holds(walk, vu)) return false;
    if (times < step.most) return true;
    throw new ScenarioFailure(
      `${basename(maker.path)}:${step.at}: still ${step.condition.text} after ${step.most} rounds`,
    );
  });
}

function callStep(step: Extract<FlowStep, { type: 'call' }>, maker: StepMaker): Step {
  const called = maker.called(step.module, step.name);
  return async (vu, walk) => {
    const given = await called(vu, walk.all);
    // The function may have awaited anything.
    ownerNow()?.goesOn();
    for (const name of step.sets) {
      const value = (given as Readonly<Record<string, unknown>> | null | undefined)?.[name];
      if (value === undefined) throw new Error(`${step.name} returned no '${name}', which sets names`);
      walk.values[name] = value;
    }
  };
}

function addStep(step: Extract<FlowStep, { type: 'add' }>, expressions: Expressions): Step {
  const make = step.value === null ? null : expressions.maker(step.value);
  return (vu, walk) => {
    const recorder = vu.metrics[step.metric] as { add?(value: unknown): void; set?(value: unknown): void };
    const value = make === null ? 1 : make(walk, vu);
    const plain = typeof value === 'bigint' ? Number(value) : value;
    if (typeof plain !== (step.kind === 'rate' ? 'boolean' : 'number'))
      throw new Error(
        `add ${step.metric}: the value is ${typeof plain}, and a ${step.kind} takes ${step.kind === 'rate' ? 'true or false' : 'a number'}`,
      );
    if (step.kind === 'gauge') recorder.set?.(plain);
    else recorder.add?.(plain);
    return undefined;
  };
}
