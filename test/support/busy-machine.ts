import type { Summary } from '../../src/api/index.ts';
import { VERDICT_LIMITS } from '../../src/main/summary/verdict-facts.ts';

/** On a machine that is busy with other tests the verdict is about that, rightly. */
export function lacksProcessor({ workers }: Summary): boolean {
  return workers.some(({ processorWait }) => (processorWait ?? 0) > VERDICT_LIMITS.processorWait);
}
