/** Escapes a text so that nothing in it is Markdown or HTML; tables escape `|` themselves. */
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

/** Escapes every text in a value. */
export function markdownIn<T>(value: T): T {
  return mapped(value) as T;
}

/** A text as inline code; it may contain backticks. */
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
