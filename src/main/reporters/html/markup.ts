const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is already markup and is not escaped again. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template may contain; `null` and `undefined` render as nothing. */
export type Shown = Markup | string | number | null | undefined | readonly Shown[];

/**
 * The only way into the page: every value is inserted as text and cannot become markup, both in elements and in
 * quoted attributes.
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
