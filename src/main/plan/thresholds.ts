import { parsePercentile } from '../../metrics/percentile-rank.ts';
import { type Measure, OPERATORS, type Threshold } from '../../protocol/threshold.ts';
import { ruleNameOf, TIME_KINDS, type TimeKind } from '../../protocol/times.ts';
import { MICROS_PER_MS, MS_PER_SECOND } from '../../protocol/units.ts';
import { meantOrOneOf, nearestTo } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import { emptinessOf } from './empty-rules.ts';
import type { Problems } from './problems.ts';
import { rulePartsAdvice } from './rule-advice.ts';
import { given, phrase, the } from './words.ts';

const RULE =
  /^([a-z][a-z-]*\d*(?:\.\d+)?)(?:\(([a-z][a-z0-9-]*)\))?(?:\{((?:[^{}]|\{[^{}]*\})+)\})?(<=|>=|<|>)(\d+(?:\.\d+)?)(us|µs|ms|s|%|\/s)?$/;
const KINDS: ReadonlyMap<string, TimeKind> = new Map(TIME_KINDS.map((kind) => [ruleNameOf(kind), kind]));
const FIGURES = ['min', 'mean', 'max', 'error-rate', 'goodput', 'throughput', 'rate', 'tokens'];
const LATENCY_UNITS: Readonly<Record<string, number>> = {
  us: 1 / MICROS_PER_MS,
  µs: 1 / MICROS_PER_MS,
  ms: 1,
  s: MS_PER_SECOND,
};

/** Reads rules such as `p99<50ms`, `p99.9(service)<80ms`, `error-rate<1%` or `throughput>500/s`. */
export function parseThresholds(
  expressions: readonly string[],
  problems: Problems,
  option = 'threshold',
): Threshold[] {
  return expressions.flatMap((expression) => {
    const threshold = parseThreshold(expression);
    if (threshold === null) {
      const several = severalRules(expression);
      if (several !== null) {
        problems.add(phrase`${the(option)} ${given(expression)}: ${several}`);
        return [];
      }
      const advice = rulePartsAdvice(withoutBlanks(expression), (text) => parseThreshold(text) !== null);
      problems.add(
        advice !== null
          ? phrase`${the(option)} ${given(expression)}: ${advice}`
          : phrase`${the(option)} ${given(expression)}: give a rule such as p99<50ms, p99.9(service)<80ms, mean<20ms, error-rate<1%, throughput>500/s or rate>=100/s${meantFigure(expression)}`,
      );
      return [];
    }
    const emptiness = emptinessOf(threshold);
    if (emptiness !== null) problems.add(phrase`${the(option)} ${given(expression)}: ${emptiness}.`);
    return threshold;
  });
}

/** That a text has several rules, each correct; null if it has not. */
function severalRules(text: string): string | null {
  const rules = text.split(',').map((rule) => rule.trim());
  if (rules.length < 2 || rules.some((rule) => parseThreshold(rule) === null)) return null;
  return `there are ${rules.length} rules in it: give each by itself, ${rules.map((rule) => quoted(rule)).join(' and ')}.`;
}

/** A suggestion if the name of a figure or of a latency is a typo. */
function meantFigure(expression: string): string {
  const [, name = '', kind = ''] = /^\s*([\w-]+)\s*(?:\(\s*([\w-]+)\s*\))?/.exec(expression) ?? [];
  const meant = FIGURES.includes(name) ? null : nearestTo(name, FIGURES);
  const meantKind = KINDS.has(kind) ? null : nearestTo(kind, [...KINDS.keys()]);
  return meant === null && meantKind === null ? '.' : `; did you mean ${meant ?? meantKind}?`;
}

/** Notes a problem for each rule on an unknown request. */
export function checkThresholdNames(
  thresholds: readonly Threshold[],
  names: readonly string[],
  problems: Problems,
): void {
  for (const { expression, request } of thresholds) {
    if (request === null || (names.length > 1 && names.includes(request))) continue;
    const known =
      names.length > 1 ? meantOrOneOf(request, names) : 'the run has only one request: leave it out.';
    problems.add(
      phrase`${the('threshold')} ${given(expression)}: no request is called ${quoted(request)}: ${known}`,
    );
  }
}

/** Failures allowed if rules are given but none on errors: fast errors would satisfy every rule on latencies. */
export const IMPLIED_PERCENT = 1;

/**
 * Adds the implied rule on the error rate. A rule on the error rate of the whole run replaces
 * it; if there are only some for requests of the mix, each other request gets one of its own.
 *
 * @param names request names of the mix
 * @param percent allowed failures: 0 if expectations are given, since they apply to every response
 */
export function withErrorRate(
  thresholds: readonly Threshold[],
  names: readonly string[],
  percent: number = IMPLIED_PERCENT,
): readonly Threshold[] {
  const given = thresholds.filter(({ measure }) => measure.type === 'error-rate');
  if (given.some(({ request }) => request === null)) return thresholds;
  if (given.length === 0) return [...thresholds, impliedRule(null, percent)];
  const covered = new Set(given.map(({ request }) => request));
  const others = names.filter((name) => !covered.has(name));
  return [...thresholds, ...others.map((name) => impliedRule(name, percent))];
}

function impliedRule(request: string | null, percent: number): Threshold {
  return {
    expression: `error-rate${request === null ? '' : `{${request}}`}<=${percent}%`,
    measure: { type: 'error-rate' },
    request,
    operator: '<=',
    limit: percent / 100,
    isImplied: true,
  };
}

/** Adds further rules, each expression once. */
export function withRules(thresholds: readonly Threshold[], others: readonly Threshold[]): Threshold[] {
  const known = new Set(thresholds.map(({ expression }) => expression));
  return [...thresholds, ...others.filter(({ expression }) => !known.has(expression))];
}

/** Percentiles used in rules, which have to be computed and shown. */
export function percentilesIn(thresholds: readonly Threshold[]): string[] {
  return thresholds.flatMap(({ measure }) => {
    if (measure.type === 'percentile') return [measure.label];
    return measure.type === 'of-scenarios' && measure.label !== null && /^\d/.test(measure.label)
      ? [measure.label]
      : [];
  });
}

function parseThreshold(expression: string): Threshold | null {
  const [, name = '', kind, request = null, sign, digits, unit] = RULE.exec(withoutBlanks(expression)) ?? [];
  const operator = OPERATORS.find((known) => known === sign);
  const measure = measureOf(name, kind);
  const limit = measure === null ? null : limitOf(measure, Number(digits), unit);
  if (operator === undefined || measure === null || limit === null) return null;
  if (request !== null && !isKnownOfRequests(measure)) return null;
  return { expression, measure, request, operator, limit };
}

/** For single requests of a mix, only the headline latency and the outcomes are known. */
function isKnownOfRequests(measure: Measure): boolean {
  return 'kind' in measure ? measure.kind === null : measure.type === 'error-rate';
}

/** Removes blanks, except within a request's name. */
function withoutBlanks(expression: string): string {
  return expression
    .split(/(\{(?:[^{}]|\{[^{}]*\})*\})/)
    .map((part) => (part.startsWith('{') ? part : part.replaceAll(' ', '')))
    .join('');
}

function measureOf(name: string, kindName: string | undefined): Measure | null {
  const kind = kindName === undefined ? null : KINDS.get(kindName);
  if (kind === undefined) return null;
  const label = /^p(\d.*)$/.exec(name)?.[1];
  if (label !== undefined) {
    return parsePercentile(label) === null ? null : { type: 'percentile', label, kind };
  }
  switch (name) {
    case 'min':
    case 'mean':
    case 'max':
      return { type: name, kind };
    case 'error-rate':
    case 'goodput':
    case 'throughput':
    case 'rate':
    case 'tokens':
      return kind === null ? { type: name } : null;
    default:
      return null;
  }
}

/** The limit in the unit of the measure; null if the unit is missing or does not fit. */
function limitOf({ type }: Measure, value: number, unit: string | undefined): number | null {
  switch (type) {
    case 'error-rate':
      // A bare 1 would be the share of 100 %, which lets everything fail; who writes it means 1 %.
      if (unit === undefined && value === 1) return null;
      return shareOf(value, unit);
    case 'goodput':
      return shareOf(value, unit);
    case 'throughput':
    case 'rate':
    case 'tokens':
      return unit === undefined || unit === '/s' ? value : null;
    default: {
      const factor = unit === undefined ? undefined : LATENCY_UNITS[unit];
      return factor === undefined ? null : value * factor;
    }
  }
}

/** A percentage, or a share from 0 to 1. */
function shareOf(value: number, unit: string | undefined): number | null {
  if (unit === '%') return value / 100;
  return unit === undefined && value <= 1 ? value : null;
}
