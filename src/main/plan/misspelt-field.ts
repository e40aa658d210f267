import type { z } from 'zod';
import { nearestTo } from '../text/nearest.ts';

/**
 * Whether a field is only missing because its name is misspelt, which is reported by itself.
 *
 * @param issues all that were found
 * @param fieldsAt returns the fields allowed at a place
 */
export function isMisspelt(
  issue: z.core.$ZodIssue,
  issues: readonly z.core.$ZodIssue[],
  fieldsAt: (path: readonly PropertyKey[]) => readonly string[],
): boolean {
  if (issue.code !== 'invalid_type' || !issue.message.endsWith('received undefined')) return false;
  const holder = issue.path.slice(0, -1);
  return issues.some(
    (other) =>
      other.code === 'unrecognized_keys' &&
      other.path.join('.') === holder.join('.') &&
      other.keys.some((key) => nearestTo(key, fieldsAt(holder)) === issue.path.at(-1)),
  );
}
