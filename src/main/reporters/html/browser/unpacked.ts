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
    if ('volley:cells' in value) return histograms(value as Histograms);
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

  /** Histograms are packed as a table, as src/main/files/packed-histograms.ts writes it. */
  function histograms({ 'volley:cells': [first, cells, many], counts }: Histograms): number[][] {
    const lists = Array.from({ length: many }, (): number[] => []);
    // The cell after the last one that a list has.
    const ends = lists.map(() => first);
    let at = 0;
    const next = (): number => counts.charCodeAt(at++) - 35;
    for (let cell = first; cell < first + cells; cell++)
      for (const [index, list] of lists.entries()) {
        let count = next();
        if (count >= 48) {
          let value = 0;
          for (let left = count - 48; left >= 0; left--) value = value * 57 + next();
          count = value + 48;
        }
        if (count === 0) continue;
        const end = ends[index] ?? first;
        if (list.length === 0) list.push(cell);
        else if (cell > end) list.push(end - cell);
        list.push(count);
        ends[index] = cell + 1;
      }
    return lists;
  }

  Object.assign(globalThis, { unpackedResult });
}
