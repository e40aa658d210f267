/** Agents as they are listed: lost ones first, then by name, `agent-2` before `agent-10`. */
export function agentsInOrder<Agent extends { readonly name: string; readonly state: string }>(
  agents: readonly Agent[],
): Agent[] {
  return agents.toSorted(
    (a, b) =>
      Number(b.state === 'lost') - Number(a.state === 'lost') ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}
