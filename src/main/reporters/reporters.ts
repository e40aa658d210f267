import type { ResultForm } from '../../protocol/result-forms.ts';
import type { Summary } from '../../protocol/summary.ts';
import { visibleIn } from '../../requests/visible.ts';
import { renderCsv } from './csv.ts';
import { renderHdrLog, renderHgrm } from './hdr-log.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPrometheus } from './prometheus.ts';
import { resultJson } from './result-json.ts';
import { renderText } from './text.ts';
import type { View } from './view.ts';

/** Turns a result into text. Reporters format, but never compute. */
type Reporter = (summary: Summary, view?: View) => string;

export const REPORTERS = {
  text: printable(renderText),
  json: resultJson,
  markdown: printable(renderMarkdown),
  csv: printable(renderCsv),
  junit: printable((summary) => renderJunit(summary)),
  prometheus: printable(renderPrometheus),
  hgrm: renderHgrm,
  hdrlog: renderHdrLog,
} as const satisfies Record<ResultForm, Reporter>;

/** Texts in a result come from servers and files: makes control sequences in them visible before a reporter sees them. */
function printable(reporter: Reporter): Reporter {
  return (summary, view) => reporter(visibleIn(summary), view);
}
