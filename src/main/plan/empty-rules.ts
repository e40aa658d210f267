import type { Measure, Threshold } from '../../protocol/threshold.ts';
import { mayBeZero } from '../../protocol/times.ts';

/** Figures between 0 and 100 %, each with a rule that says something. */
const SHARES: Readonly<Record<string, string>> = {
  'error-rate': 'error-rate<1%',
  goodput: 'goodput>=99%',
  checks: 'checks>=99%',
  rate: 'share(name)>=90%',
  'iteration-errors': 'iteration-errors<1%',
};
/** What the code of a scenario counts and measures. */
const ANY_NUMBER: ReadonlySet<string> = new Set(['trend', 'gauge']);

/** Advice on a rule that holds or fails whatever is measured; null for a meaningful rule. */
export function emptinessOf(threshold: Threshold): string | null {
  const holds = alwaysHolds(threshold);
  if (holds === null) return null;
  const example = SHARES[shareOf(threshold.measure) ?? ''];
  const advice =
    example === undefined
      ? 'give a limit above zero'
      : `give a limit between 0 and 100 %, such as ${example}`;
  return `it ${holds ? 'holds' : 'fails'} whatever is measured: ${advice}`;
}

/** Null if that depends on what is measured. */
function alwaysHolds({ measure, operator, limit }: Threshold): boolean | null {
  // Their values may be negative.
  if (measure.type === 'of-scenarios' && ANY_NUMBER.has(measure.figure)) return null;
  const most = shareOf(measure) === null ? Number.POSITIVE_INFINITY : 1;
  const isOverMost = operator === '<=' || operator === '>' ? limit >= most : limit > most;
  const isUnderLeast = operator === '<' || operator === '>=' || !canBeZero(measure) ? limit <= 0 : limit < 0;
  if (!isOverMost && !isUnderLeast) return null;
  const isUpper = operator === '<' || operator === '<=';
  return isOverMost === isUpper;
}

/** The name of a share; null for anything else, such as the rate of requests. */
function shareOf(measure: Measure): string | null {
  if (measure.type === 'of-scenarios') return measure.figure in SHARES ? measure.figure : null;
  return measure.type === 'error-rate' || measure.type === 'goodput' ? measure.type : null;
}

function canBeZero(measure: Measure): boolean {
  return !('kind' in measure) || (measure.kind !== null && mayBeZero(measure.kind));
}
