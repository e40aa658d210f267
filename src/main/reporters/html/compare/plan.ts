import { METRIC_LABELS } from '../../../text/conclusions.ts';
import { formatDuration, NOTHING } from '../../../text/format.ts';
import { dayText, facts } from '../facts.ts';
import type { Markup } from '../markup.ts';
import { count, ms, unbroken } from '../numbers.ts';
import { loadText, machineFacts, workersText } from '../run/plan.ts';
import { type ComparisonView, marginText } from './comparison-view.ts';

/** What was asked of every arm, and where it was measured. */
export function comparisonPlan({ comparison, arms, plan, rounds }: ComparisonView): Markup {
  const { kind, metric, margin, startedAt, tool } = comparison;
  const windowMs = arms[0]?.arm.rounds[0]?.windowMs ?? 0;
  return facts([
    ...(kind === 'compare'
      ? arms.map(({ name, arm }) => [name, arm.url] as const)
      : [['Target', `${plan.target.method} ${plan.target.url}`] as const]),
    ...loads(arms),
    [
      'Rounds',
      unbroken(
        `${count(rounds)} of ${ms(windowMs)}${plan.warmupMs > 0 ? `, each after ${formatDuration(plan.warmupMs)} of warm-up` : ''}`,
      ),
    ],
    ...(kind === 'repeat'
      ? []
      : [['Judged by', unbroken(`${METRIC_LABELS[metric]}, margin ${marginText(margin)}`)] as const]),
    ['Timeout', unbroken(formatDuration(plan.timeoutMs))],
    ['Workers', kind === 'modes' ? `client ${plan.client}` : `${workersText(plan)}, client ${plan.client}`],
    ['Started', dayText(startedAt, 19)],
    ...machineFacts(tool),
  ]);
}

/** One line if the load is the same for all arms. */
function loads(arms: ComparisonView['arms']): (readonly [string, string])[] {
  const texts = arms.map(({ name, arm }) => {
    const plan = arm.rounds[0]?.plan;
    return [name, plan === undefined ? NOTHING : loadOf(plan)] as const;
  });
  const [first] = texts;
  if (first === undefined) return [];
  return texts.every(([, text]) => text === first[1])
    ? [['Load', first[1]]]
    : texts.map(([name, text]) => [`Load of ${name}`, text]);
}

function loadOf(plan: ComparisonView['plan']): string {
  return `${loadText(plan)}${plan.load.model === 'open' ? `, ${plan.load.arrivals} arrivals` : ''}`;
}
