import type { Summary } from '../../protocol/summary.ts';
import { nearestTo } from './nearest.ts';

/** Rules that name a request which nobody has measured say which one was probably meant. */
export function withMeant(
  rules: Summary['thresholds'],
  mix: readonly { readonly name: string }[],
): Summary['thresholds'] {
  const names = mix.map(({ name }) => name);
  return rules.map((rule) => {
    const { request = null } = rule;
    return request === null || names.includes(request) ? rule : { ...rule, meant: nearestTo(request, names) };
  });
}
