/** With more than two arms, each has its own colour and strokes, so that colour is not the only distinction. */
const ARMS: readonly (readonly [colour: string, strokes: readonly number[]])[] = [
  ['a', []],
  ['b', [7, 3]],
  ['ok', [2, 3]],
  ['c', [9, 3, 2, 3]],
  ['d', [4, 2]],
  ['soft', []],
];

/** Minimum width of a key in pixels. */
const KEY_WIDTH = 16;

export const COLOURS_OF_MANY = ARMS.length;

/** Of two lines in one chart, the second has strokes as well as its colour. */
const SECOND = [7, 3];
const SECOND_STYLE = `.chart .marks .ln.b:not(.faint,.thin){stroke-dasharray:${SECOND.join(' ')}}.swatch.c-b::before{${keyOf(SECOND)}}`;

export const ARMS_STYLE = `${SECOND_STYLE}
${ARMS.map(([colour, strokes], index) => {
  const name = `k${index + 1}`;
  const value = `var(--${colour})`;
  return [
    `.c-${name}{color:${value}}.marks .ln.${name},.marks .dot.${name}{stroke:${value}}.fill.${name}{fill:${value}}`,
    strokes.length === 0
      ? ''
      : `.marks .ln.${name}:not(.faint){stroke-dasharray:${strokes.join(' ')}}.swatch.c-${name}::before{${keyOf(strokes)}}`,
  ].join('');
}).join('\n')}`;

/** A key with the same strokes as its line, in front of a name. */
function keyOf(strokes: readonly number[]): string {
  let at = 0;
  const stops = strokes.map((length, index) => {
    const stop = `${index % 2 === 0 ? 'currentColor' : 'transparent'} ${at}px ${at + length}px`;
    at += length;
    return stop;
  });
  // Whole strokes, without the last gap.
  const width = at * Math.ceil(KEY_WIDTH / at) - (strokes.at(-1) ?? 0);
  return `width:${width}px;height:2px;border:0;background:repeating-linear-gradient(90deg,${stops.join(',')});print-color-adjust:exact;-webkit-print-color-adjust:exact`;
}
