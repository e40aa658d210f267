/** An agent's part of a load. */
export interface PartOfLoad {
  readonly isLost: boolean;
  /** Requests; null if a duration ends a closed load, so that the number is unknown. */
  readonly planned: number | null;
  readonly missing: number | null;
  readonly connections: number;
}

/** The share of a load that was lost with agents: of its requests if known, otherwise of its connections. */
export function lostShareOf(parts: readonly PartOfLoad[]): number {
  const lost = parts.filter(({ isLost }) => isLost);
  if (lost.length === 0) return 0;
  const sum = (of: readonly PartOfLoad[], count: (part: PartOfLoad) => number): number =>
    of.reduce((total, part) => total + count(part), 0);
  if (lost.some(({ planned }) => planned === null))
    return sum(lost, ({ connections }) => connections) / sum(parts, ({ connections }) => connections);
  const planned = sum(parts, (part) => part.planned ?? 0);
  return planned === 0 ? 0 : sum(lost, ({ missing }) => missing ?? 0) / planned;
}
