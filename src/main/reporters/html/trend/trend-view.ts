import { groupsOf, type KeptRun } from '../../../history/kept-run.ts';
import { type Standing, standingOf } from '../../../history/standing.ts';
import { formatMsBetween } from '../../../text/format.ts';
import { ms, unbroken } from '../numbers.ts';

/** Results of one plan on one machine. */
export interface TrendGroup {
  readonly id: string;
  /** Newest first. */
  readonly runs: readonly KeptRun[];
  readonly newest: KeptRun;
  readonly standing: Standing;
}

/** @param runs newest first */
export function trendGroupsOf(runs: readonly KeptRun[]): TrendGroup[] {
  return groupsOf(runs).flatMap((group, index) => {
    const [newest] = group;
    return newest === undefined
      ? []
      : [{ id: `plan-${index + 1}`, runs: group, newest, standing: standingOf(group) }];
  });
}

/** How the newest result of a plan compares with earlier ones, as a sentence without a full stop. */
export function standingText({ newest, standing: { outcome, earlier } }: TrendGroup): string {
  const between =
    earlier === null ? '' : ` (between ${unbroken(formatMsBetween(earlier.lowMs, earlier.highMs))})`;
  const now = ms(newest.p50Ms);
  switch (outcome) {
    case 'not-good':
      return `The newest ${whyNotGood(newest)}`;
    case 'too-few':
      return 'Too few good results to say how the newest compares with them';
    case 'slower':
    case 'faster':
      return `p50 of the newest, ${now}, is ${outcome === 'slower' ? 'above' : 'below'} each of the ${earlier?.runs} good results before it${between}`;
    case 'within':
      return `p50 of the newest, ${now}, is among those of the ${earlier?.runs} good results before it${between}`;
  }
}

/** Whether a result has figures for each arm instead of one of its own. */
export function hasSeveralArms({ kind }: KeptRun): boolean {
  return kind === 'compare' || kind === 'modes';
}

/** The same in a word or two. */
export function standingWord({ newest, standing: { outcome } }: TrendGroup): string {
  switch (outcome) {
    case 'not-good':
      return whyNotGood(newest);
    case 'too-few':
      return hasSeveralArms(newest) ? 'of several arms' : 'too few to tell';
    case 'slower':
    case 'faster':
      return `${outcome} than before`;
    case 'within':
      return 'as before';
  }
}

function whyNotGood({ verdict, interrupted, degraded, brokenRules }: KeptRun): string {
  if (interrupted) return 'was interrupted';
  if (verdict === 'failing') return 'was failing';
  if (brokenRules.length > 0)
    return brokenRules.length === 1 ? 'broke a rule' : `broke ${brokenRules.length} rules`;
  return degraded ? 'was degraded' : 'does not count';
}
