import type { Comparison } from '../../protocol/comparison.ts';
import type { Summary } from '../../protocol/summary.ts';
import { visibleJson } from '../../requests/visible.ts';
import type { Kept } from './kept-run.ts';
import { originHere } from './origin.ts';
import { keepRun } from './run-folder.ts';

/**
 * Keeps a result together with its origin: machine, git revision and branch.
 *
 * @throws VolleyError VOLLEY_OUTPUT or VOLLEY_NOT_WRITTEN
 */
export async function keepResult(result: Summary | Comparison): Promise<void> {
  const kept: Kept = { ...result, origin: await originHere() };
  await keepRun(`${visibleJson(JSON.stringify(kept, null, 2))}\n`, new Date(result.startedAt));
}
