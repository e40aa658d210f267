import { createSecureContext } from 'node:tls';
import { ERROR_CODES, messageOf, type Problem, VolleyError } from '../protocol/errors.ts';
import { DEFAULT_MODEL, MODEL_FAULTS, MOST, type ModelSettings, USAGES } from './model/settings.ts';

/** Options of the reference server: where it listens and what it speaks. */
export interface ReferenceServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0: a free port. */
  readonly port?: number | undefined;
  /** PEM text; with both, the server speaks TLS: HTTP/2 for clients that ask for it, else HTTP/1.1. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** HTTP/2 without TLS, by prior knowledge only. */
  readonly h2c?: boolean | undefined;
  /** Close every n-th connection on accept; 1 is all of them. */
  readonly closeEvery?: number | undefined;
  /** Settings of the mock model server (docs/models.md). */
  readonly model?: Partial<ModelSettings> | undefined;
}

const HIGHEST_PORT = 65_535;

/** What a value must be, and advice where it is not. */
type Rule = readonly [fits: (value: unknown) => boolean, advice: string];

const wholeNumber = (least: number, most: number): Rule => [
  (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
  `give a whole number from ${least} to ${most.toLocaleString('en')}.`,
];
const oneOf = (words: readonly string[]): Rule => [
  (value) => words.some((word) => word === value),
  `choose one of ${words.join(', ')}.`,
];
const MILLISECONDS: Rule = [
  (value) => typeof value === 'number' && value >= 0 && value <= MOST,
  `give milliseconds from 0 to ${MOST.toLocaleString('en')}.`,
];
const ABOVE_ZERO = wholeNumber(1, MOST);
const FROM_ZERO = wholeNumber(0, MOST);
const PEM: Rule = [(value) => typeof value === 'string', 'give text in PEM form.'];

const OF_SERVER: Readonly<Record<keyof ReferenceServerOptions, Rule>> = {
  host: [(value) => typeof value === 'string' && value !== '', 'give an address, such as 127.0.0.1.'],
  port: wholeNumber(0, HIGHEST_PORT),
  cert: PEM,
  key: PEM,
  h2c: [(value) => typeof value === 'boolean', 'give true or false.'],
  closeEvery: ABOVE_ZERO,
  model: [isFields, 'give an object, such as { gapMs: 10 }.'],
};

const OF_MODEL: Readonly<Record<keyof ModelSettings, Rule>> = {
  firstTokenMs: MILLISECONDS,
  gapMs: MILLISECONDS,
  tokens: [(value) => value === null || ABOVE_ZERO[0](value), ABOVE_ZERO[1]],
  tokensPerEvent: ABOVE_ZERO,
  eventsPerWrite: ABOVE_ZERO,
  pieceBytes: FROM_ZERO,
  reasoning: FROM_ZERO,
  slots: [(value) => value === DEFAULT_MODEL.slots || ABOVE_ZERO[0](value), ABOVE_ZERO[1]],
  usage: oneOf(USAGES),
  fault: oneOf(MODEL_FAULTS),
  faultAfter: FROM_ZERO,
};

/** Values of these are never shown. */
const UNSHOWN: ReadonlySet<string> = new Set(['cert', 'key']);

/** @throws VolleyError VOLLEY_USAGE with everything that is wrong */
export function checkServerOptions(options: ReferenceServerOptions): void {
  if (!isFields(options))
    throw new VolleyError(
      ERROR_CODES.usage,
      `The options are '${String(options)}': give an object, such as { port: 8080 }.`,
    );
  const { cert, key, h2c, model } = options;
  const problems = wrongFields(options, OF_SERVER, '');
  if (isFields(model)) problems.push(...wrongFields(model, OF_MODEL, 'model.'));
  if ((cert === undefined) !== (key === undefined))
    problems.push(problemOf('cert', null, ' and key belong together: give both.'));
  else if (typeof cert === 'string' && typeof key === 'string') problems.push(...wrongPair(cert, key));
  if (h2c === true && (cert ?? key) !== undefined)
    problems.push(
      problemOf('h2c', null, ' with cert and key: it is HTTP/2 without TLS: leave one of them out.'),
    );
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
}

function wrongFields(given: object, rules: Readonly<Record<string, Rule>>, within: string): Problem[] {
  return Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    const option = `${within}${name}`;
    const [fits, advice] = (Object.hasOwn(rules, name) ? rules[name] : undefined) ?? [];
    if (fits === undefined)
      return problemOf(option, null, ` is no option: choose from ${Object.keys(rules).join(', ')}.`);
    if (value === undefined || fits(value)) return [];
    return problemOf(option, UNSHOWN.has(name) ? null : shown(value), `: ${advice}`);
  });
}

function wrongPair(cert: string, key: string): Problem[] {
  try {
    createSecureContext({ cert, key });
    return [];
  } catch (error) {
    return [
      problemOf(
        'cert',
        null,
        ` and key cannot be used (${messageOf(error)}): give a certificate and its key in PEM form.`,
      ),
    ];
  }
}

function problemOf(option: string, value: string | null, advice: string): Problem {
  const message = `${option}${value === null ? '' : ` '${value}'`}${advice}`;
  return { option, value, advice: advice.replace(/^:? /, ''), message, toString: () => message };
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
