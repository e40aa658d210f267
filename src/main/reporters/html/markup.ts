const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is markup already, and is not escaped again. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template; nothing is shown of `null` and `undefined`. */
export type Shown = Markup | string | number | null | undefined | readonly Shown[];

/**
 * The one gate to the page: whatever is filled in is text, and cannot become markup, in elements as well as in
 * attributes in quotes.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Shown[]): Markup {
  return new Markup(
    parts.reduce((all, part, index) => `${all}${index === 0 ? '' : markupOf(values[index - 1])}${part}`, ''),
  );
}

export const NOTHING_SHOWN = html``;

function markupOf(value: Shown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'object') return value.map(markupOf).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
