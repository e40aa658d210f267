import { kindOf } from '../main/plan/option-shapes.ts';
import { nearestTo } from '../main/text/nearest.ts';
import { quoted } from '../main/text/quoted.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';

/** What a control of some kind may have, with a check of the ones that are called. */
const CHECKS = {
  signal: ['an AbortSignal', isSignal],
  onRound: ['a function', (value: unknown) => typeof value === 'function'],
  cluster: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
} as const;

/**
 * Refuses a control that is no object, has something of the wrong kind, or something unknown, which would do nothing.
 *
 * @throws VolleyError VOLLEY_USAGE with every problem
 */
export function checkControl(control: unknown, names: readonly (keyof typeof CHECKS)[]): void {
  if (typeof control !== 'object' || control === null)
    throw new VolleyError(
      ERROR_CODES.usage,
      `The control is ${control === null ? 'null' : kindOf(control)}: give an object with ${names.join(' and ')}, or leave it out.`,
    );
  const problems = fieldsOf(control).flatMap(([name, value]) => {
    const known = names.find((one) => one === name);
    if (known === undefined) return `The control has no ${quoted(name)}: ${instead(name, names)}`;
    const [wanted, fits] = CHECKS[known];
    return value === undefined || fits(value)
      ? []
      : `The control's ${name} is ${kindOf(value)}: give ${wanted}.`;
  });
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
}

function fieldsOf(control: object): readonly (readonly [name: string, value: unknown])[] {
  try {
    return Object.entries(control);
  } catch {
    throw new VolleyError(
      ERROR_CODES.usage,
      'The control cannot be read, since a getter or a proxy of it throws: give a plain object.',
    );
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
