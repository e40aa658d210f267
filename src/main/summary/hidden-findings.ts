import type { Finding } from '../../protocol/finding.ts';
import type { Hide } from '../../requests/secrets.ts';

/** A finding as the result shows it: without secrets in the texts among its figures. */
export function hiddenFinding<Found extends Finding>(found: Found, hide: Hide): Found {
  return { ...found, figures: hiddenIn(found.figures, hide) };
}

function hiddenIn(value: unknown, hide: Hide): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((part) => hiddenIn(part, hide));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hiddenIn(part, hide)]));
}
