/** Options of runs over many machines: a plan has none of them. */
const OF_MACHINES: readonly string[] = [
  ...['agents', 'broker', 'pool', 'cluster-key-file', 'join-timeout', 'min-agents', 'max-lost'],
];

/** Advice on a field of a plan that says where it runs; null for any other. */
export function whereSaid(field: string): string | null {
  return OF_MACHINES.includes(field)
    ? 'where a plan runs is said on the command line, as in volley run plan.yaml --agents 3.'
    : null;
}
