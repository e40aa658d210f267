import { METRIC_LABELS } from '../../../text/conclusions.ts';
import { formatDuration } from '../../../text/format.ts';
import { targetText } from '../../../text/target-text.ts';
import { dayText, facts } from '../facts.ts';
import type { Markup } from '../markup.ts';
import { count, unbroken } from '../numbers.ts';
import { loadText, machineFacts, workersText } from '../run/plan.ts';
import { type ComparisonView, lengthText, marginText, plansOf } from './comparison-view.ts';

type Plan = ComparisonView['plan'];

/** What was asked of every arm, and where it was measured. */
export function comparisonPlan(view: ComparisonView): Markup {
  const { comparison, arms, plan, rounds } = view;
  const { kind, metric, margin, startedAt, tool } = comparison;
  return facts([
    ...(kind === 'compare'
      ? arms.map(({ name, arm }) => [name, arm.url] as const)
      : [['Target', targetText(plan)] as const]),
    ...ofEach(view, 'Load', loadOf),
    rounds > 1
      ? ['Rounds', `${count(rounds)} of ${lengthText(view)}${warmupText(plan, ', each after')}`]
      : ['Measured', `${lengthText(view)}${warmupText(plan, ', after')}`],
    ...(kind === 'repeat'
      ? []
      : [['Judged by', unbroken(`${METRIC_LABELS[metric]}, margin ${marginText(margin)}`)] as const]),
    ...ofEach(view, 'Timeout', ({ timeoutMs }) => unbroken(formatDuration(timeoutMs))),
    ...ofEach(view, 'Workers', (one) =>
      kind === 'modes' ? `client ${one.client}` : `${workersText(one)}, client ${one.client}`,
    ),
    ['Started', dayText(startedAt, 19)],
    ...machineFacts(tool),
  ]);
}

/** A part of the plan: one line if it is the same for all arms. */
function ofEach(view: ComparisonView, name: string, textOf: (plan: Plan) => string): [string, string][] {
  const texts = plansOf(view).map((arm): [string, string] => [`${name} of ${arm.name}`, textOf(arm.plan)]);
  const [first] = texts;
  if (first === undefined) return [];
  return texts.every(([, text]) => text === first[1]) ? [[name, first[1]]] : texts;
}

function warmupText({ warmupMs }: Plan, before: string): string {
  return warmupMs > 0 ? unbroken(`${before} ${formatDuration(warmupMs)} of warm-up`) : '';
}

function loadOf(plan: Plan): string {
  return `${loadText(plan)}${plan.load.model === 'open' ? `, ${plan.load.arrivals} arrivals` : ''}`;
}
