import type { Finding, Identity } from '../../protocol/finding.ts';
import { ITERATION_COUNTS } from '../../protocol/scenario.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Collected } from '../collect/collected.ts';

/** Checks what must hold for iterations, whatever the target and the scenario's code did. */
export function scenarioViolations({ scenarios }: Summary, { records, workers }: Collected): Finding[] {
  if (scenarios === undefined || records.scenarios === null) return [];
  const found: Finding[] = [];
  const equal = (identity: Identity, left: number, right: number, of: string | null): void => {
    if (left !== right) found.push({ code: 'identity-violated', figures: { identity, of, left, right } });
  };
  for (const row of [scenarios.total, ...scenarios.scenarios]) {
    const { name, scheduled, started, completed, failed, interrupted, dropped, notStarted, errors } = row;
    equal('iterations-scheduled', scheduled, started + dropped + notStarted, name);
    equal('iterations-started', started, completed + failed + interrupted, name);
    const counted = errors.reduce((sum, { count }) => sum + count, 0);
    equal('iteration-errors', counted, failed, name);
  }
  for (const field of ITERATION_COUNTS) {
    const sum = scenarios.scenarios.reduce((total, row) => total + row[field], 0);
    equal('iterations-sum', sum, scenarios.total[field], field);
  }
  const { rows } = records.scenarios;
  for (const { shard, report } of workers)
    if (report?.scenarios !== undefined)
      equal('iterations-arrived', rows[shard.index] ?? 0, report.scenarios.iterations, String(shard.index));
  return found;
}
