import { html, type Markup, type Shown } from './markup.ts';

/** Pairs of name and value. */
export function facts(list: readonly (readonly [name: string, value: Shown])[]): Markup {
  return html`<dl class="facts">${list.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>`;
}

/** A date and time in UTC: 2026-11-25 20:31. */
export function dayText(iso: string, digits: 16 | 19 = 16): string {
  return `${iso.slice(0, digits).replace('T', ' ')} UTC`;
}
