// Frames of a terminal, with their colours, as one SVG that shows them in turn.
const CHARACTER = 8;
const LINE = 17;
const MARGIN = 14;
const BAR = 26;
/** How long the last frame stays. */
const LAST_MS = 8_000;
const COLOURS = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'];
const ESCAPE = '\u001b';
const COLOUR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);
const CODES = new RegExp(`^${ESCAPE}\\[([\\d;]*)m$`);
const PLAIN = { colour: null, isStrong: false, isFaint: false, isInverse: false };

export function svgOf(frames, { columns, rows, eachMs, title }) {
  const width = columns * CHARACTER + 2 * MARGIN;
  const height = rows * LINE + 2 * MARGIN + BAR;
  const totalMs = (frames.length - 1) * eachMs + LAST_MS;
  const percent = (ms) => `${((100 * ms) / totalMs).toFixed(3)}%`;
  const rules = frames.map((_, index) => {
    const [from, to] = [index * eachMs, index === frames.length - 1 ? totalMs : (index + 1) * eachMs];
    const before = from === 0 ? '' : `0%{visibility:hidden}`;
    const after = to === totalMs ? '' : `${percent(to)}{visibility:hidden}`;
    return `@keyframes f${index}{${before}${percent(from)}{visibility:visible}${after}100%{visibility:${after === '' ? 'visible' : 'hidden'}}}#f${index}{animation:f${index} ${totalMs}ms step-end infinite}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9;white-space:pre}
.s{font-weight:600;fill:#f0f6fc}.d{fill:#8b949e}${COLOURS.map((colour, index) => `.c${index}{fill:${colour}}`).join('')}
g{visibility:hidden}g:last-of-type{visibility:visible}
@media (prefers-reduced-motion:no-preference){${rules.join('')}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => `<circle cx="${MARGIN + 6 + index * 18}" cy="16" r="5.5" fill="${fill}"/>`).join('')}
${frames.map((text, index) => `<g id="f${index}">${linesOf(text)}</g>`).join('\n')}
</svg>
`;
}

function linesOf(text) {
  let style = PLAIN;
  return text
    .split('\n')
    .map((line, row) => {
      const runs = [];
      let column = 0;
      for (const part of line.split(COLOUR)) {
        const codes = CODES.exec(part)?.[1];
        if (codes !== undefined) style = styled(style, codes.split(';').map(Number));
        else if (part !== '') {
          runs.push({ text: part, column, style });
          column += [...part].length;
        }
      }
      return runs.map((run) => textOf(run, row)).join('');
    })
    .join('');
}

/** With its length, so that columns stand below each other in every font. */
function textOf({ text, column, style }, row) {
  if (text.trim() === '') return '';
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  const x = MARGIN + (column + lead) * CHARACTER;
  const y = MARGIN + BAR + (row + 0.75) * LINE;
  const names = [
    ...(style.isStrong || style.isInverse ? ['s'] : []),
    ...(style.isFaint ? ['d'] : []),
    ...(style.colour === null ? [] : [`c${style.colour}`]),
  ];
  const name = names.length === 0 ? '' : ` class="${names.join(' ')}"`;
  return `<text x="${x}" y="${y}" textLength="${[...shown].length * CHARACTER}"${name}>${escaped(shown)}</text>`;
}

function styled(style, codes) {
  let now = style;
  for (const code of codes) now = afterCode(now, code);
  return now;
}

/** What volley and a terminal use of the codes for colours. */
function afterCode(style, code) {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, isStrong: true };
  if (code === 2) return { ...style, isFaint: true };
  if (code === 7) return { ...style, isInverse: true };
  if (code === 22) return { ...style, isStrong: false, isFaint: false };
  if (code === 27) return { ...style, isInverse: false };
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  if (code === 39) return { ...style, colour: null };
  return code >= 90 && code <= 97 ? { ...style, colour: code - 90 } : style;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
