import type { z } from 'zod';
import { meantOrOneOf } from '../../text/nearest.ts';
import { cut, quoted } from '../../text/quoted.ts';
import { isMisspelt } from '../misspelt-field.ts';
import type { PlaceOf } from '../plan-place.ts';

/** Whether a value is a map in YAML. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Problems that a schema finds in a part of a plan, one sentence each.
 *
 * @param fieldsAt returns the fields allowed at a place, to suggest one for a typo
 */
export function sentencesFor(
  error: z.ZodError | undefined,
  keys: readonly PropertyKey[],
  placeOf: PlaceOf,
  fieldsAt: (path: readonly PropertyKey[]) => readonly string[],
): string[] {
  const issues = error?.issues ?? [];
  return issues.flatMap((issue) => {
    if (isMisspelt(issue, issues, fieldsAt)) return [];
    const at = [...keys, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (key) =>
          `${placeOf([...at, key], 'key')}: ${quoted(key)} is not a field here: ${meantOrOneOf(key, fieldsAt(issue.path))}`,
      );
    const name = issue.path.map(String).join('.');
    if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
      return [`${placeOf(at)}: '${name}' is missing.`];
    const advice = cut((issue.message.split('\n')[0] ?? '').replace(/[.:]$/, ''));
    return [`${placeOf(at)}: '${name}': ${advice}.`];
  });
}
