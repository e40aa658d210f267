/** What a JSON value is as a cell: text as it is, nothing for null, everything else as JSON. */
export function shownCell(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}
