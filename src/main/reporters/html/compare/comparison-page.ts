import type { Comparison } from '../../../../protocol/comparison.ts';
import { counted } from '../../../text/format.ts';
import { commonName, targetText } from '../../../text/target-text.ts';
import { dayText } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import type { Page } from '../page.ts';
import { resultNote } from '../run/data-panel.ts';
import { loadText } from '../run/plan.ts';
import { armsPanel } from './arms.ts';
import { type ComparisonView, comparisonViewOf, lengthText, plansOf } from './comparison-view.ts';
import { overlaysPanel } from './distribution.ts';
import { comparisonWords } from './headings.ts';
import { comparisonPlan } from './plan.ts';
import { roundsPanel } from './rounds.ts';
import { shiftPanel } from './shift.ts';
import { comparisonVerdict } from './verdict.ts';
import { withinPanel } from './within.ts';

/** A panel of a comparison's page; null if the result has nothing for it. */
interface ComparisonPanel {
  readonly id: string;
  titleOf(view: ComparisonView): string;
  of(view: ComparisonView): Markup | null;
}

/** In page order. A new panel takes one file and one line here. */
const PANELS: readonly ComparisonPanel[] = [
  { id: 'verdict', titleOf: () => 'Verdict', of: comparisonVerdict },
  { id: 'arms', titleOf: ({ arms }) => (arms.length > 1 ? 'Arms' : 'Figures'), of: armsPanel },
  { id: 'shift', titleOf: () => 'Shift', of: shiftPanel },
  { id: 'rounds', titleOf: () => 'Rounds', of: roundsPanel },
  { id: 'distribution', titleOf: () => 'Distribution', of: overlaysPanel },
  { id: 'time', titleOf: ({ rounds }) => (rounds > 1 ? 'Within a round' : 'Over time'), of: withinPanel },
  { id: 'plan', titleOf: () => 'Plan', of: comparisonPlan },
  { id: 'data', titleOf: () => 'Data', of: () => html`${resultNote()}` },
];

/**
 * The page of several rounds or arms.
 *
 * @param shown the result, safe to show
 * @param result the same result as stored in the file
 */
export function comparisonPage(shown: Comparison, result: object): Page {
  const view = comparisonViewOf(shown);
  if (view === null) throw new Error('a comparison without a round has no page');
  const heading = headingOf(view);
  return {
    title: `${comparisonWords(shown).replace(/\.$/, '')} – ${heading}`,
    heading,
    about: aboutText(view),
    version: shown.tool.version,
    panels: PANELS.flatMap(({ id, titleOf, of }) => {
      const body = of(view);
      return body === null ? [] : [{ id, title: titleOf(view), body }];
    }),
    result,
  };
}

function headingOf(view: ComparisonView): string {
  const { comparison, arms, plan } = view;
  const { kind } = comparison;
  const name = commonName(plansOf(view).map((arm) => arm.plan));
  const target = name ?? targetText(plan);
  if (kind === 'repeat') return target;
  if (kind === 'modes') return `Modes for ${target}`;
  const sides = arms.map((arm) => arm.name).toReversed();
  return `${name === undefined ? '' : `${name}: `}${sides.join(' against ')}`;
}

function aboutText(view: ComparisonView): string {
  const { arms, rounds, comparison } = view;
  const length = lengthText(view);
  const loads = new Set(plansOf(view).map(({ plan }) => loadText(plan)));
  const how =
    rounds > 1
      ? `${counted(rounds, 'round')} of ${length}${arms.length > 1 ? ' of each' : ''}`
      : arms.length > 1
        ? `results of ${length}`
        : `one round of ${length}`;
  return `${how}${loads.size === 1 ? `, ${[...loads].join('')}` : ''}; ${dayText(comparison.startedAt)}`;
}
