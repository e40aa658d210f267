import type { Summary } from '../../protocol/summary.ts';
import { renderCsv } from './csv.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPrometheus } from './prometheus.ts';
import { renderText } from './text.ts';

/** Turns a result into text. It formats; it never computes. */
export type Reporter = (summary: Summary) => string;

/** A new form is one file and one line here. */
export const REPORTERS = {
  text: renderText,
  json: (summary: Summary) => `${JSON.stringify(summary, null, 2)}\n`,
  markdown: renderMarkdown,
  csv: renderCsv,
  junit: renderJunit,
  prometheus: renderPrometheus,
} as const satisfies Record<string, Reporter>;

export type OutputForm = keyof typeof REPORTERS;

export const OUTPUT_FORMS = Object.keys(REPORTERS) as OutputForm[];
