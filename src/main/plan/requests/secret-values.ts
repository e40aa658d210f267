/** Variables hold what is to be in no result, but for where requests go. */
export function secretVariables(
  variables: Readonly<Record<string, string>>,
  origins: readonly string[],
): string[] {
  return Object.values(variables).filter(
    (value) => !origins.some((origin) => origin.includes(value.toLowerCase()) || value.startsWith(origin)),
  );
}
