import type { z } from 'zod';
import { meantOrOneOf } from '../../text/nearest.ts';
import { cut, quoted } from '../../text/quoted.ts';
import { isMisspelt } from '../misspelt-field.ts';
import type { PlaceOf } from '../plan-place.ts';
import { faultsIn } from '../wrong-value.ts';

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
    if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
      return [`${placeOf(at)}: '${issue.path.map(String).join('.')}' is missing.`];
    return mostExact(issue).map(({ path, message }) => {
      const advice = cut((message.split('\n')[0] ?? '').replace(/[.:]$/, ''));
      return `${placeOf([...keys, ...path])}: '${path.map(String).join('.')}': ${advice}.`;
    });
  });
}

/** What is wrong within a map or a list, if there is advice on that. */
function mostExact(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  const within = faultsIn(issue);
  return within.every(({ message }) => message.startsWith('give ')) ? within : [issue];
}
