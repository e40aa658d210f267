// Reads the result that a page holds. Like page.ts, whose script comes after it in every page, it is not a module.
{
  /** The JSON of the page's result. */
  async function unpackedResult(): Promise<string> {
    const packed = document.getElementById('volley-result')?.textContent ?? '';
    const bytes = Uint8Array.from(atob(packed.trim()), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const text = await new Response(stream).text();
    return text.startsWith('{"volley:rows"') ? JSON.stringify(byRows(JSON.parse(text).of)) : text;
  }

  /** Lists of objects are packed as columns, as src/main/files/by-columns.ts writes them. */
  function byRows(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(byRows);
    const { 'volley:rows': rows, shapes = [], columns = [] } = value as Partial<Columns>;
    const entries = Object.entries(value);
    if (rows === undefined) return Object.fromEntries(entries.map(([key, inner]) => [key, byRows(inner)]));
    const left = new Map(
      [...new Set(shapes.flat())].map((key, index) => [key, (byRows(columns[index]) as unknown[]).values()]),
    );
    return rows.map((shape) =>
      Object.fromEntries((shapes[shape] ?? []).map((key) => [key, left.get(key)?.next().value])),
    );
  }

  Object.assign(globalThis, { unpackedResult });
}
