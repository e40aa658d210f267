import { parsePercentile } from '../../../metrics/percentile-rank.ts';
import type { METRIC_KINDS } from '../../../protocol/scenario-words.ts';
import { OPERATORS, type ScenarioMeasure, type Threshold } from '../../../protocol/threshold.ts';
import { MICROS_PER_MS, MS_PER_SECOND } from '../../../protocol/units.ts';
import { meantOrOneOf } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import { emptinessOf } from '../empty-rules.ts';
import { IMPLIED_PERCENT } from '../thresholds.ts';
import type { ReadTest } from './read-test.ts';

const RULE =
  /^([a-z][a-z-]*\d*(?:\.\d+)?)(?:\(([\w-]+)\))?(?:\{(.+)\})?(<=|>=|<|>)(-?\d+(?:\.\d+)?)(us|µs|ms|s|%)?$/;
const TIME_UNITS: Readonly<Record<string, number>> = {
  us: 1 / MICROS_PER_MS,
  µs: 1 / MICROS_PER_MS,
  ms: 1,
  s: MS_PER_SECOND,
};
/** Figures that are only about scenarios. */
const PLAIN = ['iteration-errors', 'script-errors', 'checks', 'dropped'] as const;
/** Those of them that take a scenario's name in braces. */
const NAMING_SCENARIOS: readonly string[] = PLAIN.filter((figure) => figure !== 'checks');
/** Digits of a percentage: more would show the error of a binary fraction. */
const DIGITS = 12;
const STATISTICS = ['min', 'mean', 'max'] as const;

/**
 * Rules for what the user's leave open: no check fails, the code has no errors, and no larger share of iterations fails
 * than of requests may.
 *
 * @param names of the scenarios
 */
export function impliedRules(rules: readonly Threshold[], names: readonly string[]): Threshold[] {
  return [...rulesOnIterations(rules, names), ...rulesOnScripts(rules, names), ...rulesOnChecks(rules)];
}

/** Names in the rules that bound a figure of scenarios on the side where it is bad; null for all of them. */
function boundedNames(
  rules: readonly Threshold[],
  figure: ScenarioMeasure['figure'],
  side: '<' | '>',
): (string | null)[] {
  return rules.flatMap(({ measure, operator }) =>
    measure.type === 'of-scenarios' && measure.figure === figure && operator.startsWith(side)
      ? [measure.name]
      : [],
  );
}

/** If the user's rules name scenarios, each of the others gets an implied one. */
function rulesOnScripts(rules: readonly Threshold[], names: readonly string[]): Threshold[] {
  return unbounded(names, boundedNames(rules, 'script-errors', '<')).map((name) => ({
    expression: `script-errors${name === null ? '' : `{${name}}`}<=0`,
    measure: { type: 'of-scenarios', figure: 'script-errors', label: null, name },
    request: null,
    operator: '<=',
    limit: 0,
    isImplied: true,
  }));
}

/** What checks there are, only the run shows: those that the user's rules do not name share one. */
function rulesOnChecks(rules: readonly Threshold[]): Threshold[] {
  const said = boundedNames(rules, 'checks', '>');
  if (said.includes(null)) return [];
  const except = said.filter((name) => name !== null);
  const measure = { type: 'of-scenarios', figure: 'checks', label: null, name: null } as const;
  return [
    {
      expression: except.length === 0 ? 'checks>=100%' : 'checks{all others}>=100%',
      measure: except.length === 0 ? measure : { ...measure, except },
      request: null,
      operator: '>=',
      limit: 1,
      isImplied: true,
    },
  ];
}

/** The scenarios without a rule of their own: null for all of them, and none if a rule is about all. */
function unbounded(names: readonly string[], said: readonly (string | null)[]): (string | null)[] {
  if (said.includes(null)) return [];
  return said.length === 0 ? [null] : names.filter((name) => !said.includes(name));
}

/** If the user's rules on failed iterations name scenarios, each of the others gets an implied one. */
function rulesOnIterations(rules: readonly Threshold[], names: readonly string[]): Threshold[] {
  const missing = unbounded(names, boundedNames(rules, 'iteration-errors', '<'));
  const { operator, limit } = rules.find(isUpperBoundOfErrors) ?? {
    operator: '<=' as const,
    limit: IMPLIED_PERCENT / 100,
  };
  const percent = Number((limit * 100).toPrecision(DIGITS));
  return missing.map((name) => ({
    expression: `iteration-errors${name === null ? '' : `{${name}}`}${operator}${percent}%`,
    measure: { type: 'of-scenarios', figure: 'iteration-errors', label: null, name },
    request: null,
    operator,
    limit,
    isImplied: true,
  }));
}

function isUpperBoundOfErrors({ measure, request, operator }: Threshold): boolean {
  return measure.type === 'error-rate' && request === null && operator.startsWith('<');
}

/**
 * Separates rules about scenarios from the others, which stay as given.
 *
 * @param problems collects what is wrong, such as names that the test does not have
 */
export function scenarioRules(
  given: readonly string[],
  test: Pick<ReadTest, 'scenarios' | 'metrics'>,
  problems: string[],
): { readonly own: readonly Threshold[]; readonly others: readonly string[] } {
  const own: Threshold[] = [];
  const others: string[] = [];
  for (const expression of given) {
    const read = ruleIn(expression, test);
    if (read === null) others.push(expression);
    else if (typeof read === 'string') problems.push(`The rule ${quoted(expression)}: ${read}`);
    else own.push(read);
  }
  return { own, others };
}

/** Removes rules that name one of the given scenarios. */
export function withoutRulesOf(scenarios: readonly string[], rules: readonly string[]): readonly string[] {
  return rules.filter((expression) => {
    const [, figure = '', of, name] = RULE.exec(withoutBlanks(expression)) ?? [];
    const isOfScenarios = of === 'iteration' || (of === undefined && NAMING_SCENARIOS.includes(figure));
    return name === undefined || !isOfScenarios || !scenarios.includes(name);
  });
}

/** Null if it is about something else, a text if something is wrong with it. */
function ruleIn(
  expression: string,
  test: Pick<ReadTest, 'scenarios' | 'metrics'>,
): Threshold | string | null {
  const [, figure = '', of, name = null, sign, digits, unit] = RULE.exec(withoutBlanks(expression)) ?? [];
  const operator = OPERATORS.find((known) => known === sign);
  if (operator === undefined) return null;
  const measure = measureOf(figure, of, name, test);
  if (measure === null || typeof measure === 'string') return measure;
  const limit = limitOf(measure, Number(digits), unit);
  if (limit === null) return `'${unit ?? 'no unit'}' is not a unit of it: ${unitsOf(measure)}.`;
  const threshold = { expression, measure, request: null, operator, limit };
  const emptiness = emptinessOf(threshold);
  return emptiness === null ? threshold : `${emptiness}.`;
}

function measureOf(
  figure: string,
  of: string | undefined,
  name: string | null,
  { scenarios, metrics }: Pick<ReadTest, 'scenarios' | 'metrics'>,
): ScenarioMeasure | string | null {
  const names = scenarios.map((scenario) => scenario.name);
  const plain = PLAIN.find((known) => known === figure);
  if (plain !== undefined && of === undefined) {
    if (plain !== 'checks' && name !== null && !names.includes(name)) return unknown('scenario', name, names);
    return { type: 'of-scenarios', figure: plain, label: null, name };
  }
  const label = /^p(\d.*)$/.exec(figure)?.[1] ?? null;
  const statistic = STATISTICS.find((known) => known === figure) ?? null;
  const isTime = statistic !== null || (label !== null && parsePercentile(label) !== null);
  if (of === 'iteration' && isTime) {
    if (name !== null && !names.includes(name)) return unknown('scenario', name, names);
    return { type: 'of-scenarios', figure: 'iteration', label: statistic ?? label, name };
  }
  if (of === 'group' && isTime) {
    if (name === null) return 'say which group, as in p95(group){checkout}<1s.';
    return { type: 'of-scenarios', figure: 'group', label: statistic ?? label, name };
  }
  const kind = of === undefined ? undefined : metrics[of];
  const isFigure = isTime || ['count', 'share', 'value'].includes(figure);
  if (of === undefined || !isFigure || name !== null) return null;
  if (kind === undefined) {
    const known = Object.keys(metrics);
    // Latencies are not metrics of the test.
    return isTime && known.length === 0
      ? null
      : isTime && !known.includes(of) && isLatency(of)
        ? null
        : unknown('metric', of, known);
  }
  const wanted = isTime ? 'trend' : ({ count: 'counter', share: 'rate', value: 'gauge' } as const)[figure];
  if (kind !== wanted) return `'${of}' is a ${kind}: it has ${FIGURE_OF[kind]}.`;
  return { type: 'of-scenarios', figure: kind, label: isTime ? (statistic ?? label) : null, name: of };
}

const FIGURE_OF: Readonly<Record<(typeof METRIC_KINDS)[number], string>> = {
  counter: 'count(…)',
  trend: 'p95(…), min(…), mean(…) and max(…)',
  rate: 'share(…)',
  gauge: 'value(…)',
};

function isLatency(name: string): boolean {
  return /^(?:ttft|sent-ttft|ttfo|ttst|tpot|gap|e2e|response|service|wait|first-byte|start-lag|connect|tls|dns|lookup|tunnel)/.test(
    name,
  );
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const advice = known.length === 0 ? 'the test has none.' : meantOrOneOf(name, known);
  return `there is no ${what} '${name}': ${advice}`;
}

/** The limit in milliseconds, as a share or as a count. */
function limitOf({ figure }: ScenarioMeasure, value: number, unit: string | undefined): number | null {
  switch (figure) {
    case 'iteration':
    case 'group':
      return unit === undefined ? null : (TIME_UNITS[unit] ?? Number.NaN) * value || (value === 0 ? 0 : null);
    case 'trend':
      return unit === undefined ? value : unit in TIME_UNITS ? (TIME_UNITS[unit] ?? 1) * value : null;
    case 'checks':
    case 'rate':
    case 'iteration-errors':
      if (unit === '%') return value / 100;
      // A bare 1 is meant as 1 %, not as a share of 100 %.
      if (figure === 'iteration-errors' && value === 1) return null;
      return unit === undefined && value >= 0 && value <= 1 ? value : null;
    default:
      return unit === undefined ? value : null;
  }
}

function unitsOf({ figure }: ScenarioMeasure): string {
  if (figure === 'iteration' || figure === 'group' || figure === 'trend')
    return 'give a time such as 500ms or 2s';
  if (figure === 'iteration-errors') return 'give a share such as 1%';
  return figure === 'checks' || figure === 'rate' ? 'give a share such as 99%' : 'give a number alone';
}

/** Removes blanks, except within a name. */
function withoutBlanks(expression: string): string {
  const [, before = expression, name = '', after = ''] = /^([^{]*)(\{.*\})?([^}]*)$/.exec(expression) ?? [];
  return before.replaceAll(' ', '') + name + after.replaceAll(' ', '');
}
