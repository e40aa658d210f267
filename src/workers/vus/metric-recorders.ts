import type { MetricKind } from '../../protocol/scenario-words.ts';
import type { MetricRecorders, Metrics, VU } from '../../protocol/test-definition.ts';
import { textOf } from './script-place.ts';

/** Records a value of a metric, given by its index among the test's own. */
type Take = (kind: MetricKind, number: number, value: number) => void;

/** By code that awaits, shows or sends it. */
const ASKED_OF_ANY = new Set(['then', 'toJSON', 'inspect']);

/** The objects with which a scenario's code records its own metrics. */
export function metricRecorders(metrics: Metrics, take: Take): VU<unknown, Metrics>['metrics'] {
  const recorders = Object.fromEntries(
    Object.entries(metrics).map(([name, kind], number) => [name, recorderOf(name, kind, number, take)]),
  );
  // Only what they do not have is looked for there: the others cost what a plain object does.
  return Object.setPrototypeOf(recorders, refusingOthers(Object.keys(metrics)));
}

function refusingOthers(names: readonly string[]): object {
  return new Proxy(Object.prototype, {
    get(all, name) {
      if (typeof name === 'symbol' || name in all || ASKED_OF_ANY.has(name)) return Reflect.get(all, name);
      const advice =
        names.length === 0
          ? `declare it in the test, as in metrics: { ${name}: 'counter' }`
          : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
      throw new TypeError(`metrics.${name}: the test has no such metric: ${advice}`);
    },
  });
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
