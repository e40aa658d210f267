import { html, type Markup, type Shown } from '../markup.ts';
import { tickMs } from '../numbers.ts';
import { line } from './path.ts';
import { FINE, type Scale } from './scale.ts';

/** Height of a line's name, in pixels. */
const NAME_HEIGHT = 13;

/** The name next to the end of a line. */
export interface LineName {
  readonly text: string;
  readonly className: string;
  /** Position from the top, 0 to 1; null if the line has no end. */
  readonly at: number | null;
}

interface Plot {
  readonly width: number;
  readonly scale: Scale;
  readonly marks: Shown;
  /** Marks below the grid. */
  readonly under?: Shown;
  readonly ticks?: readonly number[];
  readonly tickText?: (value: number) => string;
  readonly names?: readonly LineName[];
  /** Text on top of the drawing. */
  readonly over?: Shown;
  readonly className?: string;
}

/**
 * A drawing. The SVG only contains marks and is stretched to the available width, with strokes that do not
 * scale; all text is HTML positioned in percentages, and keeps its size.
 */
export function plot({ width, scale, marks, ...rest }: Plot): Markup {
  const { ticks = [], tickText = tickMs, names = [], under, over, className = '' } = rest;
  const grid = ticks.map((tick) => `M0 ${scale.y(tick)}h${width}`).join('');
  return html`<div class="plot ${className}" style="--h:${scale.height}px"><svg class="marks" viewBox="0 0 ${width} ${scale.height * FINE}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${under}${line('grid', grid)}${marks}</svg>${ticks.map(
    (tick) => html`<span class="yt" style="top:${atPercent(scale.share(tick))}">${tickText(tick)}</span>`,
  )}${apart(names, scale.height).map(
    (name) => html`<b class="nm ${name.className}" style="top:${atPercent(name.at)}">${name.text}</b>`,
  )}${over}</div>`;
}

/** A share as a CSS percentage. */
export function atPercent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

/**
 * Tick labels of a horizontal axis, at shares of its width.
 *
 * @param kept whether every second label is dropped in little space, or moved to a lower row
 */
export function xAxis(
  ticks: readonly (readonly [share: number, text: string])[],
  kept: 'all' | 'odd ones go' | 'odd ones lower' = 'odd ones go',
): Markup {
  return html`<div class="xt${kept === 'odd ones lower' ? ' rows2' : ''}" aria-hidden="true">${ticks.map(
    ([share, text], index) => {
      const className = kept === 'odd ones go' && index % 2 === 1 ? html` class="odd"` : null;
      return html`<span${className} style="left:${atPercent(share)}">${text}</span>`;
    },
  )}</div>`;
}

/** A chart with readings. */
interface Figure {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  /** Colour and text of each key. */
  readonly keys?: readonly (readonly [colour: string, text: string])[];
  readonly body: Shown;
  /** Positions of readings, as shares of the width, with their texts. */
  readonly points?: readonly (readonly [share: number, text: string])[];
}

export function figure({ id, name, what, keys = [], body, points = [] }: Figure): Markup {
  return html`<figure class="chart" id="${id}" data-points="${JSON.stringify(points)}" tabindex="0" role="group" aria-label="${name}, ${what}"><figcaption><b>${name}</b> <span class="what">${what}</span>${keys.map(
    ([colour, text]) => html` <span class="swatch c-${colour}">${text}</span>`,
  )}<output class="read"></output></figcaption><div class="body">${body}</div></figure>`;
}

/** Moves names apart so that they do not overlap. */
function apart(
  names: readonly LineName[],
  height: number,
): { text: string; className: string; at: number }[] {
  const gap = NAME_HEIGHT / height;
  const [first, last] = [gap / 3, 1 - gap / 3];
  const list = names
    .flatMap(({ text, className, at }) => (at === null ? [] : [{ text, className, at }]))
    // Of names at the same position, the first stays on top.
    .sort((a, b) => Math.round(a.at * height) - Math.round(b.at * height));
  let lowest = Number.NEGATIVE_INFINITY;
  for (const name of list) {
    name.at = Math.max(name.at, lowest + gap, first);
    lowest = name.at;
  }
  let highest = Number.POSITIVE_INFINITY;
  for (const name of list.toReversed()) {
    name.at = Math.min(name.at, highest - gap, last);
    highest = name.at;
  }
  return list;
}
