import { cellsOf } from '../../metrics/cells.ts';
import { messageOf, VolleyError } from '../../protocol/errors.ts';
import { type Conduct, conduct } from '../run/conduct.ts';
import { ALIVE_EVERY_MS, type RoundMessage, type RoundReply, type RoundRequest } from './round-messages.ts';

/** Runs one plan in this process, which was started for it, sends the result, and exits. */
export function serveRound(parent: NodeJS.Process): void {
  let conducted: Conduct | null = null;
  let isStopped = false;
  const say = (message: RoundMessage, onSaid: () => void): void => {
    parent.send?.(message, onSaid);
  };
  setInterval(
    () => say({ type: 'alive', progress: conducted?.progress() ?? null }, () => {}),
    ALIVE_EVERY_MS,
  ).unref();
  parent.on('message', (message) => {
    const request = message as RoundRequest;
    switch (request.type) {
      case 'plan':
        conducted = conduct(request.plan);
        if (isStopped) conducted.stop();
        measure(conducted)
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
        conducted?.stop();
        return;
    }
    request satisfies never;
  });
}

async function measure(conducted: Conduct): Promise<RoundReply> {
  const collected = await conducted.collect();
  const summary = conducted.sumUp(collected);
  const { headline } = collected.records;
  const distributions = collected.tallies.map(({ latencies }) => latencies[headline]);
  const latencies = cellsOf(distributions.flatMap(({ observed, bounds }) => [observed, bounds]));
  return { type: 'result', summary, latencies };
}
