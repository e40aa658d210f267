import type { Summary } from '../../protocol/summary.ts';
import { failsByVerdict, isOnErrors, isOnIterations } from '../summary/exit-code.ts';
import { beforeExample, failedAsKindsText, failedAsText } from '../text/failure-words.ts';
import { formatCount } from '../text/format.ts';

/** Why nothing succeeded, in one sentence; null if something did, or nothing was sent. */
export function whyNothingSucceeded({ requests, errors }: Summary): string | null {
  const first = errors[0];
  if (requests.ok > 0 || requests.sent === 0) return null;
  if (requests.cancelled === requests.sent)
    return `No request succeeded: all ${formatCount(requests.sent)} were cancelled.`;
  if (first === undefined)
    return `No request succeeded: none of ${formatCount(requests.sent)} was answered in time.`;
  if (errors.length > 1)
    return `No request succeeded: ${formatCount(requests.failed)} of ${formatCount(requests.sent)} failed: ${failedAsKindsText(errors)}. For example: ${first.example}.`;
  return `No request succeeded: ${formatCount(first.count)} of ${formatCount(requests.sent)} failed with ${failedAsText(first.kind, first.code)}${beforeExample(first)}${first.example}.`;
}

/**
 * That nothing was sent, as when a very short time is over before a late start; null if something was, after a stop, and if
 * a broken rule already says so.
 */
export function whyNothingWasSent({
  requests,
  interrupted,
  thresholds,
}: Pick<Summary, 'requests' | 'interrupted' | 'thresholds'>): string | null {
  const isSaid = interrupted || thresholds.some(({ ok }) => !ok);
  return requests.sent > 0 || isSaid ? null : 'No request was sent, so none succeeded.';
}

/** Why the verdict fails the run; null if it does not, or if a broken rule on the error rate already shows it. */
export function whyItFails(summary: Pick<Summary, 'generator' | 'thresholds'>): string | null {
  const { reasons, finding } = summary.generator;
  const isOfIterations = finding?.code === 'iterations-failed';
  if (finding?.code === 'unrequested-bytes') return `The target is failing: ${reasons[0]}`;
  if (finding?.code === 'vu-setup-failed') return `Too many users failed to begin: ${reasons[0]}`;
  const isOnThem = isOfIterations ? isOnIterations : isOnErrors;
  if (!failsByVerdict(summary) || summary.thresholds.some((rule) => isOnThem(rule) && !rule.ok)) return null;
  const [what = 'Requests failed.'] = reasons;
  if (isOfIterations) return `Too many iterations failed, and no rule on iteration-errors allows it: ${what}`;
  const who = isStarved(finding) ? 'Too many requests failed' : 'The target is failing';
  return `${who}, and no rule on the error rate allows it: ${what}`;
}

/** Which rules of the user decide how much may fail, where the verdict is failing; null if the verdict itself decides. */
export function whyItMayPass(summary: Pick<Summary, 'generator' | 'thresholds' | 'requests'>): string | null {
  const { generator, thresholds, requests } = summary;
  if (generator.verdict !== 'failing' || requests.ok === 0 || failsByVerdict(summary)) return null;
  const isOnThem = generator.finding?.code === 'iterations-failed' ? isOnIterations : isOnErrors;
  const rules = thresholds.filter((rule) => isOnThem(rule) && rule.isImplied !== true);
  const others = thresholds.filter((rule) => isOnThem(rule) && rule.isImplied === true);
  const decide = rules.length === 1 && others.length === 0 ? 'decides' : 'decide';
  const implied = others.length === 0 ? '' : ' and the implied rules';
  return `The verdict does not set the exit code here: ${rules.map(({ expression }) => expression).join(', ')}${implied} ${decide} how much may fail.`;
}

/** Whether requests failed while volley itself was late, so that the target is not blamed. */
export function isStarved(finding: Summary['generator']['finding']): boolean {
  return finding?.code === 'requests-failed' && finding.figures.isStarved === true;
}
