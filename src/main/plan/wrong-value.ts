import type { z } from 'zod';
import { quoted, quotedUrl } from '../text/quoted.ts';

/** Fields whose values may be secret: they are not repeated. */
const SECRET: ReadonlySet<string> = new Set([
  ...['url', 'body', 'json', 'data-urlencode', 'form', 'user', 'cookie'],
  ...['curl', 'proxy', 'variables', 'presets'],
]);
const OF_ANOTHER_TYPE: ReadonlySet<string> = new Set(['invalid_type', 'invalid_union']);

/** What a field of a plan has where it is of another type, as it follows the field's name; nothing where that says too much. */
export function wrongValue({ code, path }: z.core.$ZodIssue, data: unknown): string {
  if (!OF_ANOTHER_TYPE.has(code) || path.length === 0) return '';
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return '';
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  if (Array.isArray(value)) return ' is a list';
  if (typeof value === 'object' && value !== null) return ' is a map';
  const mayBeSecret =
    typeof value !== 'boolean' && value !== null && path.some((key) => SECRET.has(String(key)));
  return mayBeSecret ? '' : ` ${typeof value === 'string' ? quotedUrl(value) : quoted(value)}`;
}

/** Of a list or a map that is allowed, but for what is in it, only what is wrong in it. */
export function faultsIn(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const within = issue.errors.find((ofOne) => ofOne.length > 0 && ofOne.every(({ path }) => path.length > 0));
  return within?.map((fault) => ({ ...fault, path: [...issue.path, ...fault.path] })) ?? [issue];
}
