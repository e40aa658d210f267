import type { BatchRows } from '../../protocol/batch.ts';
import type { Comparison } from '../../protocol/comparison.ts';
import { RESULT_FORMS, type ResultForm } from '../../protocol/result-forms.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Sweep } from '../../protocol/sweep.ts';
import { visibleIn } from '../../requests/visible.ts';
import type { KeptRun } from '../history/kept-run.ts';
import type { Problems, Told } from '../plan/problems.ts';
import { COMPARISON_FORMS, COMPARISON_REPORTERS, type ComparisonForm } from '../reporters/comparison-text.ts';
import { REPORTERS } from '../reporters/reporters.ts';
import { hasRows, renderRows } from '../reporters/rows-text.ts';
import { RUNS_FORMS, RUNS_REPORTERS, type RunsForm } from '../reporters/runs-text.ts';
import { SWEEP_FORMS, SWEEP_REPORTERS, type SweepForm } from '../reporters/sweep-text.ts';
import type { View } from '../reporters/view.ts';
import { choiceSentence } from '../text/nearest.ts';
import { cut, quoted } from '../text/quoted.ts';
import { pageOf, trendPageOf } from './page-file.ts';
import type { Parsed } from './parsed.ts';

/** Unlike the reporters, the code for pages is loaded only if a page is requested. */
const PAGE = 'html';

/** How a result is printed. */
export type RunForm = ResultForm | typeof PAGE;
export type RoundsForm = ComparisonForm | typeof PAGE;
export type LevelsForm = SweepForm | typeof PAGE;
type ListForm = RunsForm | typeof PAGE;

export const RUN_FORMS: readonly RunForm[] = [...RESULT_FORMS, PAGE];
export const DOCTOR_FORMS = ['text', 'json'] as const;
type DoctorForm = (typeof DOCTOR_FORMS)[number];
export const ROUNDS_FORMS: readonly RoundsForm[] = [...COMPARISON_FORMS, PAGE];
export const LEVELS_FORMS: readonly LevelsForm[] = [...SWEEP_FORMS, PAGE];
export const LIST_FORMS: readonly ListForm[] = [...RUNS_FORMS, PAGE];

/** The requested form; text, with a problem noted, if it does not exist. */
export function outputFormFrom(text: string | undefined, problems: Told[]): RunForm {
  return formOf(RUN_FORMS, text, problems);
}

/** The same for comparisons. */
export function comparisonFormFrom(text: string | undefined, problems: Told[]): RoundsForm {
  return formOf(ROUNDS_FORMS, text, problems);
}

/** The same for a list of results. */
export function runsFormFrom(text: string | undefined, problems: Told[]): ListForm {
  return formOf(LIST_FORMS, text, problems);
}

/** The same for the report of the doctor. */
export function doctorFormFrom(text: string | undefined, problems: Told[]): DoctorForm {
  return formOf(DOCTOR_FORMS, text, problems);
}

/** A run's result in a form; for a saved batch, with the outcome of its rows. */
export async function printedRun(
  summary: Summary & { readonly rows?: BatchRows },
  form: RunForm,
  view: View,
): Promise<string> {
  if (form === PAGE) return pageOf(summary);
  const text = REPORTERS[form](summary, view);
  return summary.rows === undefined || !hasRows(form)
    ? text
    : renderRows(visibleIn(summary.rows), form, null) + text;
}

/** The same for several rounds or arms. */
export async function printedRounds(comparison: Comparison, form: RoundsForm, view: View): Promise<string> {
  return form === PAGE ? pageOf(comparison) : COMPARISON_REPORTERS[form](comparison, view);
}

/** The same for a list of at least one result. */
export async function printedRuns(
  runs: readonly KeptRun[],
  form: ListForm,
  unusable: number,
): Promise<string> {
  return form === PAGE ? trendPageOf(runs, unusable) : RUNS_REPORTERS[form](runs);
}

/** A sweep in a form. */
export async function printedSweep(sweep: Sweep, form: LevelsForm, view: View): Promise<string> {
  return form === PAGE ? pageOf(sweep) : SWEEP_REPORTERS[form](sweep, view);
}

/** The requested form of a sweep. */
export function sweepFormFrom(parsed: Parsed, problems: Problems): LevelsForm {
  const found: Told[] = [];
  const form = formOf(LEVELS_FORMS, parsed.last('output'), found);
  for (const told of found) problems.add(told);
  return form;
}

function formOf<Form extends string>(
  forms: readonly Form[],
  text: string | undefined,
  problems: Told[],
): Form | 'text' {
  const form = forms.find((known) => known === (text ?? 'text'));
  if (form === undefined)
    problems.push(
      /\.[a-z0-9]+$/i.test(text ?? '')
        ? `--output ${quoted(text)}: this is the format of the report; for a file use --out ${cut(text ?? '')}.`
        : choiceSentence('--output', String(text), forms),
    );
  return form ?? 'text';
}
