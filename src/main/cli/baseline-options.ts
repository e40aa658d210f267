import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { againstBaseline } from '../history/against-baseline.ts';
import { type Baseline, findBaseline } from '../history/baseline.ts';
import { baselineSentences } from '../reporters/baseline-text.ts';
import { choiceSentence } from '../text/nearest.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

const FAILURES = ['slower'] as const;

/** What a run is to be held against, and whether it fails if it is slower. */
export interface AskedBaseline {
  /** `last`, `last~1` or a file; null for nothing. */
  readonly name: string | null;
  readonly failsIfSlower: boolean;
}

/** What was asked for; problems are added to the list. */
export function baselineFrom(parsed: Parsed, problems: string[]): AskedBaseline {
  const name = parsed.last('baseline') ?? null;
  const failIf = parsed.last('fail-if');
  if (name === '') problems.push("--baseline '': give last, last~1 or the file of a result.");
  if (failIf !== undefined && !FAILURES.some((known) => known === failIf))
    problems.push(choiceSentence('--fail-if', failIf, FAILURES));
  if (failIf !== undefined && name === null)
    problems.push(
      `--fail-if '${failIf}': it needs a --baseline that the run may be slower than: add --baseline last.`,
    );
  return { name, failsIfSlower: failIf !== undefined };
}

/**
 * Finds the baseline before anything is sent.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE
 */
export async function openBaseline({ name }: AskedBaseline, plan: RunPlan): Promise<Baseline | null> {
  if (name === null) return null;
  const baseline = await findBaseline(name, plan);
  if (baseline === null)
    say(
      `--baseline '${name}': no such good run of this plan on this machine is kept yet, so that nothing is held against it: keep runs with --save.`,
    );
  return baseline;
}

/** Says what came out; whether the run is to fail by it. */
export function holdAgainst(baseline: Baseline | null, asked: AskedBaseline, summary: Summary): boolean {
  if (baseline === null) return false;
  if (summary.interrupted || summary.requests.ok === 0) {
    say(`not held against ${baseline.source}: the run has come to nothing that could be.`);
    return false;
  }
  const against = againstBaseline(summary, baseline);
  for (const sentence of baselineSentences(against)) say(sentence);
  return asked.failsIfSlower && (against.outcome === 'slower' || against.failsMore);
}
