import type { AgainstBaseline } from '../../../protocol/baseline.ts';
import { baselineSentences } from '../baseline-text.ts';
import { html, type Markup } from './markup.ts';
import { prose } from './prose.ts';

/** How a result compares with an earlier one, in sentences; empty without a comparison. */
export function baselineNotices(baseline: AgainstBaseline | null | undefined): readonly Markup[] {
  const isTrouble =
    baseline != null &&
    (baseline.outcome === 'slower' || baseline.failsMore || (baseline.answersDiffer ?? null) !== null);
  return baselineSentences(baseline).map(
    (sentence) =>
      html`<p class="notice${isTrouble ? '' : ' note'}">${prose(sentence.charAt(0).toUpperCase() + sentence.slice(1))}</p>`,
  );
}
