import type { Placeholder, RequestTemplates, RowCells, Template } from '../../../protocol/request.ts';
import { NOT_IN_A_HEADER } from '../../../requests/header-text.ts';
import { type Filling, renderText } from '../../../requests/render.ts';
import { type Problems, quoted } from '../problems.ts';

const MOST_REPORTED = 3;

/** Fills in what can be wrong of every row, so that a bad one is found before anything is sent. */
export function checkRows(
  name: string,
  { url, headers }: RequestTemplates,
  rows: RowCells | null,
  problems: Problems,
): void {
  const open = (headers ?? []).filter((template, index) => index % 2 === 1 && !isConstant(template));
  let reported = 0;
  const report = (row: number, sentence: string): void => {
    if (reported++ < MOST_REPORTED) problems.add(`Row ${row + 1}, ${name}: ${sentence}`);
  };
  const count = url === null && open.every((template) => !usesRow(template)) ? 1 : (rows?.rowCount ?? 1);
  for (let row = 0; row < count && reported < MOST_REPORTED; row++) {
    const filling: Filling = { number: 1, rows, row, random: () => 0, dayMs: 0 };
    for (const template of open) {
      const text = renderText(template, filling);
      if (NOT_IN_A_HEADER.test(text))
        report(row, `the header value ${quoted(text)} has a character that no header may have.`);
    }
    if (url === null) continue;
    const text = renderText(url, filling);
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol))
      report(row, `${quoted(text)} is no URL: give one with http:// or https://.`);
  }
}

function usesRow(template: Template): boolean {
  return template.some((part) => typeof part !== 'string' && isColumn(part));
}

function isColumn({ source }: Placeholder): boolean {
  return source.type === 'column';
}

function isConstant(template: Template): boolean {
  return template.every((part) => typeof part === 'string');
}
