import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { OnceExchange } from '../../protocol/once.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Shard } from '../../protocol/shard.ts';
import { shownHead } from '../../requests/request-head.ts';
import { RequestPicker } from '../../requests/request-picker.ts';
import { counted, formatMs } from '../format.ts';
import { split } from '../plan/split.ts';
import { bodyText, exchangeText, requestText } from '../reporters/exchange.ts';
import { planText } from '../reporters/plan-text.ts';
import { wrapped } from '../reporters/wrap.ts';
import { withoutSecrets } from '../secrets.ts';
import { summarizePlan } from '../summary/plan.ts';
import { VERSION } from '../version.ts';

const WIDTH = 80;

/** `--dry-run`: what would be done, and the first request as it would go over the wire. Nothing is sent. */
export function printDryRun(plan: RunPlan): ExitCode {
  const shown = summarizePlan(plan);
  const pacing = plan.load.model === 'open' ? plan.load.pacing : null;
  const { target } = new RequestPicker(plan).pick(0, Date.now());
  const text = [
    `volley ${VERSION}, dry run: nothing is sent.`,
    ...wrapped(planText(shown, pacing), WIDTH),
    ...split(plan).map(shardText),
    ...plan.mix.map(({ name, weight, target: { method: verb, url } }) =>
      plan.mix.length > 1 ? `request '${name}', weight ${weight}: ${verb} ${url}` : `${verb} ${url}`,
    ),
    ...plan.thresholds.map(({ expression }) => `threshold ${expression}`),
    '',
    ...requestText(shownHead(target)),
    ...bodyText(target.body),
    '',
  ].join('\n');
  process.stdout.write(withoutSecrets(text, plan.secrets));
  return EXIT_CODES.ok;
}

/** `--once`: sends one request, and shows it and its answer. */
export async function sendAndPrint(plan: RunPlan): Promise<ExitCode> {
  const once = {
    ...plan,
    workers: 1,
    concurrency: 1,
    streams: 1,
    warmupMs: 0,
    stop: { requests: 1, durationMs: null },
  };
  const [shard] = split(once);
  if (shard === undefined) throw new Error('a plan has at least one worker');
  // A worker's code, which the coordinator knows by its file alone.
  const { sendOnce } = (await import(new URL('../../workers/once.js', import.meta.url).href)) as {
    sendOnce(shard: Shard): Promise<OnceExchange[]>;
  };
  const exchanges = await sendOnce(shard);
  const say = (line: string): void => {
    process.stdout.write(`${withoutSecrets(line, plan.secrets)}\n`);
  };
  for (const exchange of exchanges) say(exchangeText(exchange).join('\n'));
  const last = exchanges.at(-1);
  const response = last?.response ?? null;
  const times =
    response === null
      ? ''
      : `first byte after ${formatMs(response.firstByteMs)}, ${
          Number.isNaN(response.serviceMs) ? 'not complete' : `complete after ${formatMs(response.serviceMs)}`
        }`;
  if (times !== '') say(`* ${times}`);
  if (last?.failure == null) return EXIT_CODES.ok;
  say(`* failed: ${last.failure}`);
  return EXIT_CODES.failed;
}

function shardText({ index, connections, requests }: Shard): string {
  const budget = requests === null ? '' : `, ${counted(requests, 'request')}`;
  return `worker ${index}: ${counted(connections, 'connection')}${budget}`;
}
