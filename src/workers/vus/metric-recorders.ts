import type { MetricKind } from '../../protocol/scenario-words.ts';
import type { MetricRecorders, Metrics, VU } from '../../protocol/test-definition.ts';
import { textOf } from './script-place.ts';

/** Records a value of a metric, given by its index among the test's own. */
type Take = (kind: MetricKind, number: number, value: number) => void;

/** The objects with which a scenario's code records its own metrics. */
export function metricRecorders(metrics: Metrics, take: Take): VU<unknown, Metrics>['metrics'] {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, kind], number) => [name, recorderOf(name, kind, number, take)]),
  ) as VU<unknown, Metrics>['metrics'];
}

function recorderOf(
  name: string,
  kind: MetricKind,
  number: number,
  take: Take,
): MetricRecorders[keyof MetricRecorders] {
  switch (kind) {
    case 'counter':
      return { add: (by: number = 1) => take(kind, number, finite(name, by)) };
    case 'trend':
      return { add: (value: number) => take(kind, number, fromZero(name, value)) };
    case 'rate':
      return { add: (isGood: boolean) => take(kind, number, oneIf(name, isGood)) };
    case 'gauge':
      return { set: (value: number) => take(kind, number, finite(name, value)) };
  }
}

function oneIf(name: string, value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw new TypeError(`metrics.${name}: ${textOf(value)} is not true or false, which a rate takes`);
}

function finite(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`metrics.${name}: ${textOf(value)} is not a number`);
}

/** Negative values are not allowed: distributions begin at zero. */
function fromZero(name: string, value: unknown): number {
  const number = finite(name, value);
  if (number >= 0) return number;
  throw new TypeError(`metrics.${name}: ${number} is below zero, which a trend cannot be`);
}
