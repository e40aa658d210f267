import type { FlowCapture, FlowStep, FlowTest } from '../../../protocol/flow.ts';
import { isSecretUnder } from '../../../requests/secret-names.ts';
import { hiding } from '../../../requests/secrets.ts';
import type { Walk } from './walk.ts';

const WORDS = /[a-z_][\w-]*/gi;

/** Removes from an error what steps have captured and what its name, or the place it is from, calls secret. */
export type HideCaptured = (error: unknown, walk: Walk) => unknown;

/** Looks for secrets only once something has failed: no iteration that goes well pays for it. */
export function hidingCaptured(flow: FlowTest): HideCaptured {
  const captures = capturesIn(flow).map(({ name, from }): readonly [string, readonly string[]] => [
    name,
    [name, ...('of' in from ? (from.of.match(WORDS) ?? []) : [])],
  ]);
  if (captures.length === 0) return (error) => error;
  return (error, walk) => {
    const secrets = captures.flatMap(([name, words]) =>
      textsIn(walk.known(name)).filter((text) => words.some((word) => isSecretUnder(word, text, 'text'))),
    );
    if (secrets.length === 0 || !(error instanceof Error)) return error;
    const hide = hiding(secrets);
    error.message = hide(error.message);
    if (error.stack !== undefined) error.stack = hide(error.stack);
    return error;
  };
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

function capturesIn({ setup, teardown, scenarios }: FlowTest): FlowCapture[] {
  const parts = Object.values(scenarios).flatMap(({ exec, vuSetup, vuTeardown }) => [
    exec,
    vuSetup,
    vuTeardown,
  ]);
  return [setup, teardown, ...parts].flatMap((steps) => (steps ?? []).flatMap(capturesOf));
}

function capturesOf(step: FlowStep): readonly FlowCapture[] {
  switch (step.type) {
    case 'request':
      return step.captures;
    case 'if':
      return [...step.met, ...step.unmet].flatMap(capturesOf);
    case 'group':
    case 'repeat':
    case 'for':
    case 'while':
    case 'parallel':
      return step.flow.flatMap(capturesOf);
    default:
      return [];
  }
}
