/** The value 0.`digits` × 10^`point`, without leading and trailing zeros; `digits` is empty for zero. */
interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly point: bigint;
}

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Numbers with longer exponents are treated alike, as the largest or smallest. */
const LONGEST_EXPONENT = 400;

/**
 * A JSON number that a double cannot hold, or would write differently. It has no properties, so that code that walks
 * through JSON finds nothing in it, and it is written with its original digits.
 */
export class ExactNumber {
  readonly #text: string;

  /** @param text the number as in JSON */
  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.#text);
  }
}

export type JsonNumber = number | ExactNumber;

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || value instanceof ExactNumber;
}

/** Negative if `a` is less, positive if it is greater, zero if both are the same number in any notation. */
export function compareNumbers(a: JsonNumber, b: JsonNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [decimalOf(a), decimalOf(b)];
  if (left.digits === '' || right.digits === '') return signOf(left) - signOf(right);
  if (left.isNegative !== right.isNegative) return left.isNegative ? -1 : 1;
  return left.isNegative ? magnitudes(right, left) : magnitudes(left, right);
}

function magnitudes(a: Decimal, b: Decimal): number {
  if (a.point !== b.point) return a.point < b.point ? -1 : 1;
  if (a.digits === b.digits) return 0;
  return a.digits < b.digits ? -1 : 1;
}

function signOf({ digits, isNegative }: Decimal): number {
  if (digits === '') return 0;
  return isNegative ? -1 : 1;
}

function decimalOf(value: JsonNumber): Decimal {
  const text = typeof value === 'number' ? String(value) : value.text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  const all = whole + fraction;
  let from = 0;
  while (all[from] === '0') from++;
  let to = all.length;
  while (to > from && all[to - 1] === '0') to--;
  return {
    isNegative: sign === '-',
    digits: all.slice(from, to),
    point: BigInt(whole.length - from) + exponentOf(exponent),
  };
}

function exponentOf(text: string): bigint {
  if (text.length <= LONGEST_EXPONENT) return BigInt(text.replace(/^\+/, ''));
  return text.startsWith('-') ? -(10n ** BigInt(LONGEST_EXPONENT)) : 10n ** BigInt(LONGEST_EXPONENT);
}
