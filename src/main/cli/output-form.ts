import type { Told } from '../plan/problems.ts';
import { COMPARISON_FORMS, type ComparisonForm } from '../reporters/comparison-text.ts';
import { OUTPUT_FORMS, type OutputForm } from '../reporters/reporters.ts';
import { RUNS_FORMS, type RunsForm } from '../reporters/runs-text.ts';
import { choiceSentence } from '../text/nearest.ts';

/** The form that was asked for; text, with a problem noted, where there is no such form. */
export function outputFormFrom(text: string | undefined, problems: Told[]): OutputForm {
  return formOf(OUTPUT_FORMS, text, problems);
}

/** The same for what compares. */
export function comparisonFormFrom(text: string | undefined, problems: Told[]): ComparisonForm {
  return formOf(COMPARISON_FORMS, text, problems);
}

/** The same for a list of results. */
export function runsFormFrom(text: string | undefined, problems: Told[]): RunsForm {
  return formOf(RUNS_FORMS, text, problems);
}

function formOf<Form extends string>(
  forms: readonly Form[],
  text: string | undefined,
  problems: Told[],
): Form | 'text' {
  const form = forms.find((known) => known === (text ?? 'text'));
  if (form === undefined) problems.push(choiceSentence('--output', String(text), forms));
  return form ?? 'text';
}
