import { html, type Markup, type Shown } from '../markup.ts';

/** Words about the row above, as wide as the table: in a column of their own they would stand in a tower. */
export function underRow(columns: number, words: Shown): Markup {
  return html`<tr class="under"><td colspan="${columns}" class="soft long">${words}</td></tr>
`;
}
