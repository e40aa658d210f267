/** A text in which Markdown and HTML find nothing to obey; `|` is a table's own matter. */
function markdownText(text: string): string {
  return text
    .replace(/[\\`*[\]~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/@(?=\w)/g, '@<!-- -->')
    .replace(/^(\s*)([-+#])/, '$1\\$2');
}

/** Every text in a value, so that nothing in it is Markdown. */
export function markdownIn<T>(value: T): T {
  return mapped(value) as T;
}

/** A text as code; it may have backticks. */
export function markdownCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

function mapped(value: unknown): unknown {
  if (typeof value === 'string') return markdownText(value);
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner)]));
}
