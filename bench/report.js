import { median } from './measure.js';
import { renderPlain, renderTable } from './table.js';

/** The measured groups as `table`, `markdown` or `json`. */
export function render(form, conditions, groups) {
  const summaries = groups.map(({ title, connections, body, rows }) => ({
    title,
    connections,
    body,
    rows: rows.map((row) => summarize(row, rows[0])),
  }));
  if (form === 'json') return JSON.stringify({ conditions, groups: summaries }, null, 2);
  const { target, rounds, requests, pinned } = conditions;
  const intro =
    `${target}, ${rounds} rounds of ${requests.toLocaleString('en-US')} requests a tool, ` +
    `${pinned ? 'client and server pinned to a core each' : 'not pinned'}; medians`;
  const table = form === 'markdown' ? renderTable : renderPlain;
  return [
    intro,
    ...summaries.map(
      ({ title, connections, body, rows }) =>
        `${form === 'markdown' ? '### ' : ''}${title} (${connections} connections, ${body})\n\n` +
        table(
          [
            '',
            'CPU µs/request',
            'min – max',
            `÷ ${rows[0].name}`,
            'min – max',
            'requests/s',
            'p50',
            'memory',
          ],
          rows.map(cellsOf),
        ),
    ),
  ].join('\n\n');
}

function summarize({ name, rounds }, reference) {
  const spread = (values) => ({
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
  });
  const all = (key) => spread(rounds.map((round) => round[key]));
  return {
    name,
    cpuMicros: all('cpuMicros'),
    // Paired: each round against the reference in the same round.
    ratio: spread(rounds.map(({ cpuMicros }, round) => cpuMicros / reference.rounds[round].cpuMicros)),
    perSecond: all('perSecond'),
    p50Ms: rounds.some(({ p50Ms }) => p50Ms === null) ? null : all('p50Ms'),
    memoryMb: all('memoryMb'),
  };
}

function cellsOf({ name, cpuMicros, ratio, perSecond, p50Ms, memoryMb }) {
  const range = ({ min, max }, digits) => `${min.toFixed(digits)} – ${max.toFixed(digits)}`;
  return [
    name,
    cpuMicros.median.toFixed(1),
    range(cpuMicros, 1),
    ratio.median.toFixed(2),
    range(ratio, 2),
    Math.round(perSecond.median).toLocaleString('en-US'),
    p50Ms === null ? '–' : `${p50Ms.median.toFixed(2)} ms`,
    `${memoryMb.median.toFixed(0)} MB`,
  ];
}
