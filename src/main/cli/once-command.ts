import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { OnceExchange } from '../../protocol/once.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Shard } from '../../protocol/shard.ts';
import { secretsInExchange, secretsInRequest } from '../../requests/exchange-secrets.ts';
import { shownHead } from '../../requests/request-head.ts';
import { RequestPicker } from '../../requests/request-picker.ts';
import { secretsInHeaders } from '../../requests/secret-headers.ts';
import { type Hide, hiding, hidingInCut } from '../../requests/secrets.ts';
import { visibleLines } from '../../requests/visible.ts';
import { sentOnce } from '../once/sent-once.ts';
import { split } from '../plan/split.ts';
import { namingOf } from '../plan/terms.ts';
import { bodyText, exchangeText, requestText } from '../reporters/exchange-text.ts';
import { planText } from '../reporters/plan-text.ts';
import { wrapped } from '../reporters/wrap.ts';
import { summarizePlan } from '../summary/plan-summary.ts';
import { withAdvice } from '../text/error-advice.ts';
import { counted, formatMs } from '../text/format.ts';
import type { Naming } from '../text/naming.ts';
import { VERSION } from '../text/version.ts';

const WIDTH = 80;

/** `--dry-run`: prints the plan and the first of each request as it would go over the wire. Nothing is sent. */
export function printDryRun(plan: RunPlan): ExitCode {
  const shown = summarizePlan(plan);
  const pacing = plan.load.model === 'open' ? plan.load.pacing : null;
  const picker = new RequestPicker(plan, plan.supplies.rows);
  const firsts = picker.firstNumbers().map((number) => picker.pick(number, Date.now()));
  const secrets = [
    ...plan.supplies.secrets,
    ...firsts.flatMap(({ message, endpoint, refusal }) => [
      ...secretsInHeaders(message.headers),
      ...(refusal === null
        ? secretsInRequest(message.path, shownHead(message, endpoint, plan.settings), message.body)
        : []),
    ]),
  ];
  const hideInCut = hidingInCut(secrets);
  const isMix = plan.mix.length > 1;
  const text = [
    `volley ${VERSION}, dry run: nothing is sent.`,
    ...wrapped(planText(shown, pacing), WIDTH),
    ...split(plan).map(shardText),
    ...plan.mix.map(({ name, weight, message: { method: verb, url } }) =>
      isMix ? `request '${name}', weight ${weight}: ${verb} ${url}` : `${verb} ${url}`,
    ),
    ...plan.notes.flatMap((note) => wrapped(note, WIDTH)),
    ...plan.thresholds.map(
      ({ expression, isImplied }) => `threshold ${expression}${isImplied ? ', implied' : ''}`,
    ),
    ...firsts.flatMap(({ plan: { name }, endpoint, message, refusal }) => [
      '',
      ...(isMix ? [heading(name)] : []),
      ...(refusal === null
        ? [...requestText(shownHead(message, endpoint, plan.settings)), ...bodyText(message.body, hideInCut)]
        : [`* cannot be sent: ${refusal.message}`]),
    ]),
    '',
  ].join('\n');
  process.stdout.write(visibleLines(hiding(secrets)(text)));
  return EXIT_CODES.ok;
}

/** `--once`: sends each request of the mix once, and shows it with its answer. */
export async function sendAndPrint(plan: RunPlan): Promise<ExitCode> {
  const say = (line: string, hide: Hide): void => {
    process.stdout.write(`${visibleLines(hide(line))}\n`);
  };
  for (const note of plan.notes) say(`* ${note}`, hiding(plan.supplies.secrets));
  let code: ExitCode = EXIT_CODES.ok;
  for await (const { name, exchanges, refusal, secrets } of sentOnce(plan)) {
    const all = [...plan.supplies.secrets, ...secrets, ...exchanges.flatMap(secretsInExchange)];
    const hide = hiding(all);
    const hideInCut = hidingInCut(all);
    if (plan.mix.length > 1) say(heading(name), hide);
    for (const exchange of exchanges) say(exchangeText(exchange, hideInCut).join('\n'), hide);
    for (const line of outcomeLines(exchanges.at(-1), namingOf(plan.writtenIn))) say(line, hide);
    if (refusal !== null) say(`* failed: request: ${refusal}`, hide);
    if (refusal !== null || exchanges.at(-1)?.failure != null) code = EXIT_CODES.failed;
  }
  return code;
}

/** How long an answer took and what was wrong with it. */
export function outcomeLines(last: OnceExchange | undefined, naming: Naming): string[] {
  const response = last?.response ?? null;
  const complete = (serviceMs: number, sinceFirstMs?: number): string => {
    if (Number.isNaN(serviceMs)) return 'not complete';
    const since = sinceFirstMs === undefined ? '' : `, ${formatMs(sinceFirstMs)} after the first request`;
    return `complete after ${formatMs(serviceMs)}${since}`;
  };
  return [
    ...(response === null
      ? []
      : [
          `* first byte after ${formatMs(response.firstByteMs)}, ${complete(response.serviceMs, response.sinceFirstMs)}`,
        ]),
    ...(response?.stream ? [`* ${streamText(response.stream)}`] : []),
    ...(last?.failure == null ? [] : [`* failed: ${withAdvice(last.failure, last.advice, naming)}`]),
  ];
}

/** The tokens of an answer that is read as a stream, and when they came. */
function streamText({
  events,
  tokens,
  timings: { firstToken, perToken, lastToken },
}: NonNullable<NonNullable<OnceExchange['response']>['stream']>): string {
  const made = tokens === null ? 'tokens unknown' : counted(tokens, 'token');
  if (events === 0)
    return `no token event came${tokens === null || tokens === 0 ? '' : `: ${made} in one piece`}`;
  return [
    `first token after ${formatMs(firstToken)}`,
    `${made} in ${counted(events, 'event')}`,
    ...(perToken === null ? [] : [`${formatMs(perToken)} for each after the first`]),
    `the last after ${formatMs(lastToken)}`,
  ].join(', ');
}

function heading(name: string): string {
  return `* request '${name}'`;
}

function shardText({ index, connections, requests }: Shard): string {
  const budget = requests === null ? '' : `, ${counted(requests, 'request')}`;
  return `worker ${index}: ${counted(connections, 'connection')}${budget}`;
}
