import type { Summary } from '../../protocol/summary.ts';
import { nearestTo } from './nearest.ts';

const NAMED = /\{(.+)\}[^}]*$/;

/** Adds the name that was probably meant to rules about a request, a group or a check that was not measured. */
export function withMeant(
  rules: Summary['thresholds'],
  { mix, scenarios }: Pick<Summary, 'scenarios'> & { readonly mix: readonly { readonly name: string }[] },
): Summary['thresholds'] {
  const namesIn = (rows: readonly { readonly name: string }[] = []): string[] => rows.map(({ name }) => name);
  const requests = namesIn(mix);
  return rules.map((rule) => {
    const { request = null, figure = '', expression } = rule;
    if (request !== null) return withNearest(rule, request, requests);
    const [, name = null] = NAMED.exec(expression) ?? [];
    if (name === null) return rule;
    if (figure === 'checks') return withNearest(rule, name, namesIn(scenarios?.checks));
    return figure.startsWith('group ') ? withNearest(rule, name, namesIn(scenarios?.groups)) : rule;
  });
}

function withNearest<R extends Summary['thresholds'][number]>(
  rule: R,
  name: string,
  names: readonly string[],
): R {
  return names.includes(name) ? rule : { ...rule, meant: nearestTo(name, names) };
}
