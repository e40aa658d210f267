import type { Measure, Threshold } from '../../protocol/threshold.ts';
import { mayBeZero } from '../../protocol/times.ts';

/** Advice on a rule that holds or fails whatever is measured; null for a meaningful rule. */
export function emptinessOf(threshold: Threshold): string | null {
  const holds = alwaysHolds(threshold);
  if (holds === null) return null;
  const advice =
    threshold.measure.type === 'error-rate' || threshold.measure.type === 'goodput'
      ? `give a limit between 0 and 100 %, such as ${threshold.measure.type === 'goodput' ? 'goodput>=99%' : 'error-rate<1%'}`
      : 'give a limit above zero';
  return `it ${holds ? 'holds' : 'fails'} whatever is measured: ${advice}`;
}

/** Null if that depends on what is measured. */
function alwaysHolds({ measure, operator, limit }: Threshold): boolean | null {
  const isShare = measure.type === 'error-rate' || measure.type === 'goodput';
  const most = isShare ? 1 : Number.POSITIVE_INFINITY;
  const isOverMost = operator === '<=' || operator === '>' ? limit >= most : limit > most;
  const isUnderLeast = operator === '<' || operator === '>=' || !canBeZero(measure) ? limit <= 0 : limit < 0;
  if (!isOverMost && !isUnderLeast) return null;
  const isUpper = operator === '<' || operator === '<=';
  return isOverMost === isUpper;
}

function canBeZero(measure: Measure): boolean {
  return !('kind' in measure) || (measure.kind !== null && mayBeZero(measure.kind));
}
