import type { FlowCheck, FlowExpression, FlowSource, FlowStep } from '../../../protocol/flow.ts';
import type { MetricKind } from '../../../protocol/scenario-words.ts';
import { ConditionError, type ConditionReader, NAME } from '../../../requests/conditions.ts';
import { meantOrOneOf } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import { parseDurationMs } from '../quantities.ts';
import type { FlowNames } from './flow-names.ts';
import { METHODS, OTHER_WORDS, STEP_KINDS, STEP_SCHEMAS, type StepKind } from './flow-schema.ts';
import { lineAndColumn, type WrittenFlow } from './places.ts';
import { readRequest } from './read-request.ts';
import { namesSetBy } from './set-names.ts';
import type { Fields, Keys, StepReading } from './step-reading.ts';
import { isFields, sentencesFor } from './written-fields.ts';

const MOST_ROUNDS = 1_000;
/** Sources whose values are numbers. */
const NUMBERS: readonly FlowSource['type'][] = ['status', 'service', 'number', 'user', 'iteration'];
const LOOPS: readonly StepKind[] = ['repeat', 'for', 'while'];
/** Only in iterations, since only they are counted. */
const OF_ITERATIONS: readonly StepKind[] = ['group', 'check', 'add'];

/** A function of a module that a step calls. */
export interface CalledFunction {
  /** As written: `./sign.ts`. */
  readonly file: string;
  readonly name: string;
  readonly place: string;
}

/** Context for reading steps. */
export interface StepContext {
  readonly written: WrittenFlow;
  readonly metrics: Readonly<Record<string, MetricKind>>;
  readonly conditions: ConditionReader;
  /** The plan defines how streams of tokens are read. */
  readonly hasStreams: boolean;
  /** Collects what is wrong, as sentences with their places. */
  readonly problems: string[];
  /** Registers a function that a step calls, and returns its module as a `file:` URL. */
  readonly called: (called: CalledFunction) => string;
}

/** Reads the steps of one part of a plan. */
export class StepReader implements StepReading {
  readonly names: FlowNames;
  readonly #context: StepContext;
  readonly #isOfIterations: boolean;

  constructor(names: FlowNames, context: StepContext, isOfIterations: boolean) {
    this.names = names;
    this.#context = context;
    this.#isOfIterations = isOfIterations;
  }

  get hasStreams(): boolean {
    return this.#context.hasStreams;
  }

  /** Reads the steps; reports a problem for each that cannot be read. */
  steps(flow: readonly unknown[], keys: Keys): FlowStep[] {
    if (flow.length === 0) this.problem(keys, 'there is no step: give at least one.');
    return flow.flatMap((step, index) => this.#step(step, [...keys, index]) ?? []);
  }

  problem(keys: Keys, sentence: string): void {
    this.#context.problems.push(`${this.#context.written.placeOf(keys)}: ${sentence}`);
  }

  /** The place in the form in which it is sent to workers: `12:9`. */
  at(keys: Keys): string {
    return lineAndColumn(this.#context.written.placeOf(keys));
  }

  /** Reads an expression; reports a problem if it is invalid, or if it must be true or false but cannot be. */
  expression(value: unknown, keys: Keys, isCondition: boolean): FlowExpression {
    const text = String(value);
    const { names } = this;
    const read: FlowExpression = { text, names: [], at: this.at(keys) };
    try {
      const known = names.areKnown ? names.all.filter((name) => NAME.test(name)) : null;
      const condition = this.#context.conditions.read(text, known);
      if (isCondition && condition.type !== 'bool' && condition.type !== 'dyn')
        this.problem(
          keys,
          `${quoted(text)} is of type ${condition.type}: give an expression that is true or false, as in status == 202.`,
        );
      const sources = condition.names.flatMap((name) => {
        const source = names.sourceOf(name);
        return source === null ? [] : [[name, source] as const];
      });
      const numbers = new Set(sources.flatMap(([name, { type }]) => (NUMBERS.includes(type) ? [name] : [])));
      const never = this.#context.conditions.neverEqual(text, numbers);
      if (never !== null)
        this.problem(
          keys,
          `the expression ${quoted(text)}: ${never.name} is a number, and ${JSON.stringify(never.text)} a text: they are never equal: compare it with a number, as in ${never.name} == 200.`,
        );
      return { ...read, names: sources };
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      const why = error.unknown === null ? `${error.message}.` : names.whatThereIs(error.unknown);
      this.problem(keys, `the expression ${quoted(text)}: ${why}`);
      return read;
    }
  }

  #step(step: unknown, keys: Keys): FlowStep | null {
    if (!isFields(step)) {
      this.problem(
        keys,
        `${quoted(step)} is not a step: give a map such as { get: /items } or { think: 2s }.`,
      );
      return null;
    }
    const kind = this.#kindOf(step, keys);
    if (kind === null) return null;
    const schema = STEP_SCHEMAS[kind];
    const { placeOf } = this.#context.written;
    const { data, error } = schema.safeParse(step);
    if (data === undefined) {
      this.#context.problems.push(...sentencesFor(error, keys, placeOf, () => Object.keys(schema.shape)));
      // What it sets is not missing too.
      this.names.reach(namesSetBy(step));
      return null;
    }
    if (!this.#isOfIterations && (OF_ITERATIONS.includes(kind) || data['check'] !== undefined)) {
      this.problem(keys, 'setup and teardown are not iterations: group, check and add count nothing there.');
      return null;
    }
    const set = namesSetBy(step);
    // A later round has what an earlier one has set.
    if (LOOPS.includes(kind)) this.names.reach(set);
    const read = { ...this.#read(kind, data as Fields, keys), at: this.at(keys) };
    this.names.reach(set);
    return read;
  }

  /** The kind of a step, which must be exactly one. */
  #kindOf(step: Fields, keys: Keys): StepKind | null {
    const said = STEP_KINDS.filter((kind) => step[kind] !== undefined);
    const hasMethod = METHODS.some((method) => step[method] !== undefined);
    // A request may also have checks.
    const kinds = said.filter((kind) => kind !== 'check' || !hasMethod);
    const [kind, another] = kinds;
    if (kind !== undefined && another === undefined) return kind;
    if (kind !== undefined) {
      this.problem(
        keys,
        `a step does one thing, and this one has ${kinds.join(' and ')}: make a step of each.`,
      );
      return null;
    }
    const [first] = Object.keys(step);
    if (first === undefined) {
      this.problem(keys, 'an empty step: give one such as { get: /items } or { think: 2s }.');
      return null;
    }
    const meant = OTHER_WORDS.get(first);
    const advice = meant === undefined ? meantOrOneOf(first, STEP_KINDS) : `did you mean ${meant}?`;
    this.problem([...keys, first], `${quoted(first)} is not a kind of step: ${advice}`);
    return null;
  }

  #read(kind: StepKind, step: Fields, keys: Keys): DistributiveOmit<FlowStep, 'at'> {
    const inner = (field: string): FlowStep[] =>
      this.steps((step[field] ?? []) as readonly unknown[], [...keys, field]);
    const condition = (field: string): FlowExpression => this.expression(step[field], [...keys, field], true);
    switch (kind) {
      case 'think':
        return { type: 'think', ...this.#thinkTime(step['think'] as string | number, [...keys, 'think']) };
      case 'group':
        return { type: 'group', name: String(step['group']), flow: inner('flow') };
      case 'repeat':
        return { type: 'repeat', times: Number(step['repeat']), flow: inner('flow') };
      case 'for': {
        const list = step['in'];
        return {
          type: 'for',
          name: String(step['for']),
          in: Array.isArray(list) ? list : this.expression(list, [...keys, 'in'], false),
          flow: inner('flow'),
        };
      }
      case 'while':
        return {
          type: 'while',
          condition: condition('while'),
          most: Number(step['most'] ?? MOST_ROUNDS),
          flow: inner('flow'),
        };
      case 'if':
        return {
          type: 'if',
          condition: condition('if'),
          met: inner('then'),
          unmet: step['else'] === undefined ? [] : inner('else'),
        };
      case 'parallel':
        return { type: 'parallel', flow: inner('parallel') };
      case 'call':
        return this.#call(step, keys);
      case 'check':
        return { type: 'check', checks: this.checks(step['check'] as Fields, [...keys, 'check']) };
      case 'add':
        return this.#add(step, keys);
      case 'fail': {
        const at = [...keys, 'fail'];
        const reason = this.names.text(String(step['fail']), 'raw', (advice) => this.problem(at, advice));
        return { type: 'fail', reason };
      }
      default:
        return readRequest(kind, step, keys, this);
    }
  }

  checks(checks: Fields, keys: Keys): FlowCheck[] {
    return Object.entries(checks).map(([name, text]) => ({
      name,
      condition: this.expression(text, [...keys, name], true),
    }));
  }

  #thinkTime(time: string | number, keys: Keys): { leastMs: number; mostMs: number | null } {
    const [least, most, more] = String(time).split('..');
    const leastMs = typeof time === 'number' ? time : parseDurationMs((least ?? '').trim());
    const mostMs = most === undefined ? null : parseDurationMs(most.trim());
    const isGood =
      leastMs !== null && leastMs >= 0 && more === undefined && (most === undefined || mostMs !== null);
    if (!isGood || (mostMs !== null && mostMs < leastMs))
      this.problem(keys, `think ${quoted(time)}: give a time such as 2s, or two of them as in 1s..3s.`);
    return { leastMs: leastMs ?? 0, mostMs };
  }

  #call(step: Fields, keys: Keys): DistributiveOmit<Extract<FlowStep, { type: 'call' }>, 'at'> {
    const [file = '', name = '', more] = String(step['call']).split('#');
    if (file === '' || name === '' || more !== undefined)
      this.problem(
        [...keys, 'call'],
        `call ${quoted(step['call'])}: give a file and a name, as in ./sign.ts#sign.`,
      );
    const sets = [step['sets'] ?? []].flat().map(String);
    const module = this.#context.called({
      file,
      name,
      place: this.#context.written.placeOf([...keys, 'call']),
    });
    return { type: 'call', module, name, sets };
  }

  #add(step: Fields, keys: Keys): DistributiveOmit<Extract<FlowStep, { type: 'add' }>, 'at'> {
    const metric = String(step['add']);
    const { metrics } = this.#context;
    const kind = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    const known = Object.keys(metrics);
    if (kind === undefined)
      this.problem(
        [...keys, 'add'],
        `there is no metric ${quoted(metric)}: ${known.length === 0 ? 'define it under metrics, as in { orders: counter }.' : meantOrOneOf(metric, known)}`,
      );
    const given = step['value'];
    if (given === undefined && kind !== undefined && kind !== 'counter')
      this.problem(keys, `add ${metric}: a ${kind} needs a value: give it as an expression.`);
    const value = given === undefined ? null : this.expression(given, [...keys, 'value'], kind === 'rate');
    return { type: 'add', metric, kind: kind ?? 'counter', value };
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
