/** A table as Markdown, aligned. */
export function renderTable(heading, rows) {
  const widths = widthsOf(heading, rows);
  const line = (cells) => `| ${padded(cells, widths).join(' | ')} |`;
  return [
    line(heading),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}

/** The same for a terminal. */
export function renderPlain(heading, rows) {
  const widths = widthsOf(heading, rows);
  const line = (cells) => padded(cells, widths).join('   ').trimEnd();
  return [line(heading), ...rows.map(line)].join('\n');
}

function widthsOf(heading, rows) {
  return heading.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
}

function padded(cells, widths) {
  return cells.map((cell, column) => cell.padEnd(widths[column]));
}
