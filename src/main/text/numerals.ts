// Intl.NumberFormat writes the same, but creating the first one takes 25 ms of the start.

const THOUSANDS = /\B(?=(?:\d{3})+$)/g;
/** From here on JavaScript writes numbers with an exponent. */
const FIRST_WITH_EXPONENT = 1e21;
/** More decimals are never needed, and `toFixed` does not accept more. */
const MOST_DECIMALS = 100;

/** A finite number rounded to an integer, with thousands separated by commas. */
export function wholeNumeral(value: number): string {
  return grouped(Math.round(value), 0);
}

/** A finite number with a fixed number of decimals, thousands separated. */
export function decimalNumeral(value: number, decimals: number): string {
  return grouped(value, decimals);
}

/** A finite number with a number of significant digits, without trailing zeros, thousands separated. */
export function shortNumeral(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  const decimals = decimalsOf(rounded);
  return grouped(rounded, decimals);
}

function grouped(value: number, decimals: number): string {
  const text =
    Math.abs(value) < FIRST_WITH_EXPONENT ? value.toFixed(decimals) : BigInt(Math.round(value)).toString();
  const [whole = '', fraction] = text.split('.');
  const separated = whole.replace(THOUSANDS, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** How many decimals a number needs when JavaScript's digits are written without an exponent. */
function decimalsOf(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  const written = digits.split('.')[1]?.length ?? 0;
  return Math.min(MOST_DECIMALS, Math.max(0, written - Number(exponent)));
}
