/** The forms in which the result of a run is printed; `main/reporters/reporters.ts` has a reporter for each. */
export const RESULT_FORMS = [
  'text',
  'json',
  'markdown',
  'csv',
  'junit',
  'prometheus',
  'hgrm',
  'hdrlog',
] as const;

/** A form of a result; results of several rounds have text, JSON and Markdown only. */
export type ResultForm = (typeof RESULT_FORMS)[number];
