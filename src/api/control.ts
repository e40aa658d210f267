import { kindOf } from '../main/plan/option-shapes.ts';
import { nearestTo } from '../main/text/nearest.ts';
import { quoted } from '../main/text/quoted.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';
import { takenOptions } from './given-options.ts';

/** What a control of some kind may have, with a check of the ones that are called. */
const CHECKS = {
  signal: ['an AbortSignal', isSignal],
  onRound: ['a function', (value: unknown) => typeof value === 'function'],
  cluster: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
} as const;

/**
 * A control as plain values; refuses one that is no object, has something of the wrong kind, or something unknown, which
 * would do nothing.
 *
 * @throws VolleyError VOLLEY_USAGE with every problem
 */
export function checkedControl<T extends object>(control: T, names: readonly (keyof typeof CHECKS)[]): T {
  if (!isObject(control))
    throw new VolleyError(
      ERROR_CODES.usage,
      `The control is ${control === null ? 'null' : kindOf(control)}: give an object with ${names.join(' and ')}, or leave it out.`,
    );
  const plain = takenOptions(control, 'control', false);
  const problems = Object.entries(plain).flatMap(([name, value]) => {
    const known = names.find((one) => one === name);
    if (known === undefined) return `The control has no ${quoted(name)}: ${instead(name, names)}`;
    const [wanted, fits] = CHECKS[known];
    return value === undefined || fits(value)
      ? []
      : `The control's ${name} is ${kindOf(value)}: give ${wanted}.`;
  });
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  return plain;
}

/** Of a list, a Map or a date nothing would be looked at. */
function isObject(control: unknown): boolean {
  try {
    return Object.prototype.toString.call(control) === '[object Object]';
  } catch {
    return false;
  }
}

function instead(name: string, names: readonly string[]): string {
  const near = nearestTo(name, names);
  return near === null ? `it has ${names.join(' and ')}.` : `did you mean ${near}?`;
}

/** A signal of another realm is one too. */
function isSignal(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function'
  );
}
