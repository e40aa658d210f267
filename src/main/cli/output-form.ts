import { OUTPUT_FORMS, type OutputForm } from '../reporters/reporters.ts';

/** The form that was asked for; text, with a problem noted, where there is no such form. */
export function outputFormFrom(text: string | undefined, problems: string[]): OutputForm {
  const form = OUTPUT_FORMS.find((known) => known === (text ?? 'text'));
  if (form === undefined) problems.push(`--output '${text}': choose one of ${OUTPUT_FORMS.join(', ')}.`);
  return form ?? 'text';
}
