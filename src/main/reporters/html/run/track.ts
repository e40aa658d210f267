import { plot } from '../charts/plot.ts';
import { type Scale, STEP } from '../charts/scale.ts';
import { html, type Markup, type Shown } from '../markup.ts';

/** A figure over time, on the axis that all tracks share. */
interface Track {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly body: Markup;
  readonly key?: Shown;
}

/** The markup of a track; the script of the page identifies it by `id`. */
export function track({ id, name, what, body, key }: Track): Markup {
  return html`<figure class="track" data-track="${id}"><figcaption><b>${name}</b> <span class="what">${what}</span>${key}<output class="read" aria-hidden="true"></output></figcaption>${body}</figure>
`;
}

/** A flat plot with its maximum as the only tick. */
export function thinPlot(
  columns: number,
  scale: Scale,
  tickText: (value: number) => string,
  marks: Shown,
): Markup {
  return plot({ width: columns * STEP, scale, ticks: [scale.max], tickText, className: 'thin', marks });
}
