import type { FailureShare, PairFailures } from '../../protocol/comparison.ts';
import type { Summary } from '../../protocol/summary.ts';
import { FEWEST_ROUNDS, signFlipP } from './paired.ts';

/** How probable a false alarm may be, all comparisons together. */
const LEVEL = 0.05;
/** A difference of shares beyond which latencies are no longer compared. */
export const GROSS_DIFFERENCE = 0.01;
/** Without enough rounds: so many times the other's share, and so many standard errors of two shares. */
const GROSS_RATIO = 2;
const GROSS_ERRORS = 3.3;

/** What was sent in these rounds and not answered well. */
export function failuresIn(rounds: readonly Pick<Summary, 'requests'>[]): FailureShare {
  const sent = rounds.reduce((sum, { requests }) => sum + requests.sent, 0);
  const ok = rounds.reduce((sum, { requests }) => sum + requests.ok, 0);
  return { sent, failed: sent - ok, share: sent === 0 ? 0 : (sent - ok) / sent };
}

/**
 * Whether the first fails more than the second, beyond chance: by the exact sign-flip test over the rounds, since
 * requests within a round depend on each other; or, with any number of rounds, where the difference is gross.
 *
 * @param comparisons that are made at once
 */
export function compareFailures(
  a: readonly Pick<Summary, 'requests'>[],
  b: readonly Pick<Summary, 'requests'>[],
  comparisons = 1,
): PairFailures {
  const rounds = Math.min(a.length, b.length);
  const [ofA, ofB] = [failuresIn(a.slice(0, rounds)), failuresIn(b.slice(0, rounds))];
  const differences = a.slice(0, rounds).map((round, index) => {
    const other = b[index];
    return failuresIn([round]).share - failuresIn(other === undefined ? [] : [other]).share;
  });
  const p = signFlipP(differences);
  const isSure =
    (rounds >= FEWEST_ROUNDS && p * comparisons <= LEVEL) || isGross(ofA, ofB) || isGross(ofB, ofA);
  const more = ofA.share > ofB.share ? 'more' : 'fewer';
  return { a: ofA, b: ofB, p, decision: isSure && ofA.share !== ofB.share ? more : 'no-difference' };
}

/** So many more that chance, of requests or of the moment, is no explanation. */
function isGross(larger: FailureShare, smaller: FailureShare): boolean {
  const difference = larger.share - smaller.share;
  if (difference <= GROSS_DIFFERENCE || larger.share <= GROSS_RATIO * smaller.share) return false;
  const sent = larger.sent + smaller.sent;
  const pooled = (larger.failed + smaller.failed) / sent;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / larger.sent + 1 / smaller.sent));
  return difference > GROSS_ERRORS * error;
}
