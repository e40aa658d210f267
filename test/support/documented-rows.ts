import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli.ts';

/** The first cell and the names in another one, of each row of the table under a heading. */
export function documentedRows(page: string, heading: string, column: number): [string, string[]][] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const section = text.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const cells = row.split('|');
    const names = [...cells[column]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    return [cells[1]!.trim().replaceAll('`', ''), names];
  });
}
