import { cellsOf } from '../../metrics/cells.ts';
import { createMonotonicClock } from '../../protocol/clock.ts';
import { messageOf, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { Coordinator } from '../coordinator.ts';
import { POOLS } from '../pool/pools.ts';
import { summarize } from '../summary/summarize.ts';
import { ALIVE_EVERY_MS, type RoundMessage, type RoundReply, type RoundRequest } from './round-messages.ts';

/** Runs one plan in this process, which was started for it, says what came of it, and leaves. */
export function serveRound(parent: NodeJS.Process): void {
  let coordinator: Coordinator | null = null;
  let isStopped = false;
  const say = (message: RoundMessage, onSaid: () => void): void => {
    parent.send?.(message, onSaid);
  };
  setInterval(() => say({ type: 'alive' }, () => {}), ALIVE_EVERY_MS).unref();
  parent.on('message', (message) => {
    const request = message as RoundRequest;
    switch (request.type) {
      case 'plan':
        coordinator = new Coordinator(request.plan, createMonotonicClock());
        if (isStopped) coordinator.stop();
        measure(request.plan, coordinator)
          .catch(
            (error: unknown): RoundReply => ({
              type: 'failed',
              code: error instanceof VolleyError ? error.code : null,
              message: messageOf(error),
            }),
          )
          .then((reply) => say(reply, () => parent.disconnect?.()));
        return;
      case 'stop':
        isStopped = true;
        coordinator?.stop();
        return;
    }
    request satisfies never;
  });
}

async function measure(plan: RunPlan, coordinator: Coordinator): Promise<RoundReply> {
  const collected = await coordinator.run(await POOLS[plan.mode]());
  const summary = summarize(collected, createMonotonicClock());
  const { headline } = collected.records;
  const distributions = collected.workers.map(({ tally }) => tally.latencies[headline]);
  const latencies = cellsOf(distributions.flatMap(({ observed, bounds }) => [observed, bounds]));
  return { type: 'result', summary, latencies };
}
