import { html, type Markup } from '../markup.ts';
import { count, percent } from '../numbers.ts';
import { atPercent } from './plot.ts';

/** A shorter bar would be invisible. */
const LEAST_BAR = 0.002;

/** The count and share of each kind, with bars; null without any. */
export function shareTable(
  caption: string,
  parts: readonly { readonly name: string; readonly times: number; readonly isBad: boolean }[],
  all: number,
): Markup | null {
  if (all === 0 || parts.length === 0) return null;
  return html`<table class="wide stat"><caption>${caption}</caption><tbody>${parts.map(
    ({ name, times, isBad }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${count(times)}</td><td class="n soft">${percent(times / all)}</td><td class="prop"><i${isBad ? html` class="bad"` : null} style="width:${atPercent(Math.min(1, Math.max(LEAST_BAR, times / all)))}"></i></td></tr>
`,
  )}</tbody></table>`;
}
