import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** Writes rows with the ids 1 to `count`, and a name with a comma in it. */
export function writeIds(path: string, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `${index + 1},"name, ${index + 1}"\n`);
  writeFileSync(path, `id,name\n${rows.join('')}`);
  return path;
}

export type Answered = Readonly<Record<string, string>>;

/** The rows of an output in CSV. */
export function readAnswered(path: string): Answered[] {
  return parse(readFileSync(path, 'utf8'), { columns: true });
}

export function idsOf(rows: readonly Answered[]): number[] {
  return rows.map(({ id }) => Number(id));
}

/** 1 to `count`. */
export function idsTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** What does not depend on how long anything took. */
export function withoutLatencies(rows: readonly Answered[]): Answered[] {
  return rows.map((row) => ({ ...row, volley_latency_ms: '' }));
}
