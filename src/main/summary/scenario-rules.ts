import type { LatencySummary, ScenarioRow, ScenariosSummary } from '../../protocol/summary.ts';
import type { RuleFigure, ScenarioMeasure } from '../../protocol/threshold.ts';

interface Measured {
  /** Null if there is no such figure. */
  readonly value: number | null;
  readonly isLowerBound: boolean;
  /** What the true value is at most; absent if that is not known. */
  readonly atMost?: number | undefined;
  /** Nothing at all was measured. */
  readonly isEmpty?: boolean;
}

const UNKNOWN: Measured = { value: null, isLowerBound: false };

/** What a rule is about, as the result shows it. */
export function scenarioFigureOf({ figure, label }: ScenarioMeasure): RuleFigure {
  if (label === null) return figure;
  return `${figure} ${/^\d/.test(label) ? `p${label}` : label}`;
}

/** The figure of a rule about scenarios. */
export function scenarioFigureIn(summary: ScenariosSummary | undefined, measure: ScenarioMeasure): Measured {
  if (summary === undefined) return UNKNOWN;
  const { figure, label, name } = measure;
  const row = name === null ? summary.total : summary.scenarios.find((one) => one.name === name);
  switch (figure) {
    case 'iteration':
      return statisticOf(row?.responseMs, label);
    case 'group':
      return statisticOf(summary.groups.find((group) => group.name === name)?.responseMs, label);
    case 'iteration-errors':
      return row === undefined || endedOf(row) === 0 ? UNKNOWN : known(row.failed / endedOf(row));
    case 'script-errors':
      return row === undefined ? UNKNOWN : known(scriptErrors(row));
    case 'dropped':
      return row === undefined ? UNKNOWN : known(row.dropped);
    case 'checks':
      return sharePassed(summary, measure);
    default:
      return metricIn(summary, figure, name, label);
  }
}

/** Interrupted iterations neither completed nor failed. */
function endedOf({ completed, failed }: ScenarioRow): number {
  return completed + failed;
}

function scriptErrors({ errors }: ScenarioRow): number {
  return errors.reduce((sum, { kind, count }) => (kind === 'script' ? sum + count : sum), 0);
}

/** Unknown if none was made. */
function sharePassed({ checks }: ScenariosSummary, { name, except = [] }: ScenarioMeasure): Measured {
  const meant = checks.filter((check) =>
    name === null ? !except.includes(check.name) : check.name === name,
  );
  const made = meant.reduce((sum, check) => sum + check.made, 0);
  if (made === 0) return UNKNOWN;
  return known(meant.reduce((sum, check) => sum + check.passed, 0) / made);
}

function metricIn(
  { metrics }: ScenariosSummary,
  kind: 'counter' | 'trend' | 'rate' | 'gauge',
  name: string | null,
  label: string | null,
): Measured {
  const metric = metrics.find((one) => one.name === name && one.kind === kind);
  switch (metric?.kind) {
    case 'counter':
      return known(metric.count);
    case 'rate':
      return { value: metric.share, isLowerBound: false };
    case 'gauge':
      return { value: metric.value, isLowerBound: false };
    case 'trend':
      return statisticOf(metric.values, label);
    default:
      return UNKNOWN;
  }
}

function statisticOf(times: LatencySummary | undefined, label: string | null): Measured {
  if (times === undefined || label === null) return UNKNOWN;
  if (times.count === 0) return { ...UNKNOWN, isEmpty: true };
  if (label === 'min' || label === 'mean' || label === 'max')
    return {
      value: times[label],
      isLowerBound: label === 'min' ? times.atLeast.includes('min') : times.censored > 0,
    };
  return {
    value: times.percentiles[label] ?? null,
    isLowerBound: times.atLeast.includes(label),
    atMost: times.atMost?.[label],
  };
}

function known(value: number): Measured {
  return { value, isLowerBound: false };
}
