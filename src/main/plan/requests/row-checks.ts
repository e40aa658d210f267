import type { Placeholder, RequestTemplates, RowCells, Template } from '../../../protocol/request.ts';
import { NOT_IN_A_HEADER } from '../../../requests/header-text.ts';
import { type Filling, renderBytes, renderText } from '../../../requests/render.ts';
import { type Problems, quoted } from '../problems.ts';

const MOST_REPORTED = 3;

/** Fills in what can be wrong of every row, so that a bad one is found before anything is sent. */
export function checkRows(
  name: string,
  { url, headers, body }: RequestTemplates,
  rows: RowCells | null,
  problems: Problems,
  isJson = false,
): void {
  const open = (headers ?? []).filter((_, index) => index % 2 === 1);
  let reported = 0;
  const report = (row: number, sentence: string): void => {
    if (reported++ < MOST_REPORTED) problems.add(`Row ${row + 1}, ${name}: ${sentence}`);
  };
  const json = isJson ? body : null;
  const isSame = url === null && json === null && open.every((template) => !usesRow(template));
  const count = isSame ? 1 : (rows?.rowCount ?? 1);
  for (let row = 0; row < count && reported < MOST_REPORTED; row++) {
    const filling: Filling = { number: 1, rows, row, random: () => 0, dayMs: 0 };
    for (const template of open) {
      const text = renderText(template, filling);
      if (NOT_IN_A_HEADER.test(text))
        report(row, `the header value ${quoted(text)} has a character that no header may have.`);
    }
    if (json !== null && !isJsonText(renderBytes(json, filling)))
      report(row, 'with its values --json is no JSON: put quotes around a placeholder that stands for text.');
    if (url === null) continue;
    const text = renderText(url, filling);
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol))
      report(row, `${quoted(text)} is no URL: give one with http:// or https://.`);
  }
}

function isJsonText(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function usesRow(template: Template): boolean {
  return template.some((part) => typeof part !== 'string' && isColumn(part));
}

function isColumn({ source }: Placeholder): boolean {
  return source.type === 'column';
}
