import { html, type Markup } from './markup.ts';
import { unbroken } from './numbers.ts';

/** An option as in "(--rounds 7)". A longer word than any option has to break somewhere. */
const OPTION = /(?<![^\s('"“])(--?[a-z][a-z-]{0,24})(?![\w-])/;

/** A sentence whose options stay whole: browsers would break a line after each of their hyphens. */
export function prose(text: string): Markup {
  return html`${unbroken(text)
    .split(OPTION)
    .map((part, index) => (index % 2 === 0 ? part : html`<span class="whole">${part}</span>`))}`;
}
