/** A percentile as an exact fraction: "99.9" is 999 / 1000. */
export interface ExactPercentile {
  readonly label: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^(\d{1,2})(?:\.(\d{1,6}))?$/;

/**
 * Reads a percentile strictly between 0 and 100 with up to six decimals; null for anything else.
 * Decimal text is kept exact: in floating point, 99.9 % of 10,000 would be rank 9,991.
 */
export function parsePercentile(label: string): ExactPercentile | null {
  const match = DECIMAL.exec(label);
  if (match === null) return null;
  const [, whole = '', fraction = ''] = match;
  const numerator = BigInt(whole + fraction);
  if (numerator === 0n) return null;
  return { label, numerator, denominator: 100n * 10n ** BigInt(fraction.length) };
}

/**
 * Nearest rank: the smallest r (from 1) with r ≥ p·count. Null where the sample is too small to say,
 * that is count·(1 − p) < 1.
 */
export function rankOf(percentile: ExactPercentile, count: number): number | null {
  const { numerator, denominator } = percentile;
  const n = BigInt(count);
  if (n * (denominator - numerator) < denominator) return null;
  return Number((n * numerator + denominator - 1n) / denominator);
}

/** How many values it takes to say what this percentile is. */
export function fewestFor({ numerator, denominator }: ExactPercentile): number {
  const above = denominator - numerator;
  return Number((denominator + above - 1n) / above);
}
