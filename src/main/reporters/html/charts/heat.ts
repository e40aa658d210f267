import { type PackedCells, usedCells } from '../../../../metrics/packed-cells.ts';
import { html, type Markup } from '../markup.ts';
import { count } from '../numbers.ts';
import { alphaPng } from './png.ts';
import { FINE, type Scale, STEP } from './scale.ts';

const ROWS_PER_OCTAVE = 16;
const MOST_ROWS = 320;
const LEVELS = 15;
/** A single request must be visible, so the lowest level is far from transparent. */
const FAINTEST = 56;
const ALPHAS = [
  0,
  ...Array.from({ length: LEVELS }, (_, level) =>
    Math.round(FAINTEST + ((255 - FAINTEST) * level) / (LEVELS - 1)),
  ),
];

/** Requests, or what else `unit` says, by interval and latency, on a logarithmic scale: a stronger field has more requests. */
export function heat(
  id: string,
  columns: readonly (PackedCells | null)[],
  cellsPerOctave: number,
  scale: Scale,
  unit: string,
): { readonly marks: Markup; readonly key: Markup } {
  const { min, max, height } = scale;
  const span = Math.log(max / min);
  const rows = Math.max(1, Math.min(MOST_ROWS, Math.round(Math.log2(max / min) * ROWS_PER_OCTAVE)));
  const width = columns.length;
  const used = columns.map((packed) => (packed === null ? [] : usedCells(packed, cellsPerOctave)));
  const largest = Math.max(...used.map((cells) => Math.max(0, ...cells.map((cell) => cell.count))));
  const isSingle = largest < 2;
  const most = Math.max(2, largest);
  const levels = new Uint8Array(width * rows);
  used.forEach((cells, x) => {
    for (const cell of cells) {
      const rowOf = (valueMs: number): number => Math.round((rows * Math.log(max / valueMs)) / span);
      const top = Math.max(0, Math.min(rows - 1, rowOf(cell.toMs)));
      const bottom = Math.max(top + 1, Math.min(rows, rowOf(cell.fromMs)));
      const level = 1 + Math.round(((LEVELS - 1) * Math.log(cell.count)) / Math.log(most));
      for (let row = top; row < bottom; row++)
        levels[row * width + x] = Math.max(levels[row * width + x] ?? 0, level);
    }
  });
  const picture = `data:image/png;base64,${alphaPng(width, rows, levels, ALPHAS).toString('base64')}`;
  const [w, h] = [width * STEP, height * FINE];
  return {
    marks: html`<mask id="${id}" style="mask-type:alpha"><image href="${picture}" width="${w}" height="${h}" preserveAspectRatio="none" style="image-rendering:pixelated"/></mask><rect class="heat" width="${w}" height="${h}" mask="url(#${id})"/>`,
    key: html`<span class="key" aria-hidden="true">${isSingle ? html`<i class="ramp"></i><span>1 ${unit} in a cell</span>` : html`<span>1</span><i class="ramp"></i><span>${count(most)} ${unit}s in a cell</span>`}</span>`,
  };
}
