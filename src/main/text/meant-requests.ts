import type { Summary } from '../../protocol/summary.ts';
import { nearestTo } from './nearest.ts';

/** Adds the name that was probably meant to rules about a request that was not measured. */
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
