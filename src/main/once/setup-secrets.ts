import { isSecretValue } from '../../requests/named-secrets.ts';
import { isNameOfSecret } from '../../requests/secret-headers.ts';

const DEEPEST = 8;
/** If a setup returns only a text, that is most likely a token, unless it is short. */
const SHORTEST_TOKEN = 16;

/** Finds the secrets in a setup's data, which no result may show: texts with secret names, and a text on its own. */
export function secretsInData(data: unknown): string[] {
  if (typeof data === 'string') return data.length >= SHORTEST_TOKEN ? [data] : [];
  return within(data, false, 0);
}

function within(data: unknown, isSecret: boolean, depth: number): string[] {
  if (typeof data === 'string') return isSecret && isSecretValue(data) ? [data] : [];
  if (typeof data !== 'object' || data === null || depth === DEEPEST) return [];
  if (data instanceof Map)
    return [...data].flatMap(([name, value]) => within(value, isSecret || isNameOfSecret(name), depth + 1));
  if (Array.isArray(data) || data instanceof Set)
    return [...data].flatMap((value) => within(value, isSecret, depth + 1));
  return Object.entries(data).flatMap(([name, value]) =>
    within(value, isSecret || isNameOfSecret(name), depth + 1),
  );
}
