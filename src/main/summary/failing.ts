import type { LoadModel } from '../../protocol/load.ts';
import type { ErrorKind } from '../../protocol/report.ts';
import type { ErrorSummary, MixRow, RequestCounts } from '../../protocol/summary.ts';
import { counted, formatCount, formatPercent } from '../text/format.ts';

const MOST_KINDS = 3;
/** That each of so many requests fails is no chance. */
const FEWEST_ALL_FAILED = 3;

export interface FailureFacts {
  readonly requests: Pick<RequestCounts, 'sent' | 'ok' | 'unfinished' | 'dropped'>;
  readonly errors: readonly ErrorSummary[];
  readonly mix: readonly Pick<MixRow, 'name' | 'sent' | 'ok' | 'unfinished'>[];
  /** A stop leaves requests without an answer: that is not the target's. */
  readonly isStopped: boolean;
  readonly load: Pick<LoadModel, 'model'>;
  /** When they failed, as in "since 5 s"; null where that is not known. */
  readonly when: string | null;
}

/** Requests that went wrong, and of how many; those that this machine's own limits made fail are in neither. */
export interface Failed {
  readonly bad: number;
  readonly of: number;
  /** Those of the bad ones that had no answer in the end. */
  readonly unanswered: readonly { readonly text: string; readonly count: number }[];
}

/** What was sent and not answered well. */
export function failedOf(facts: FailureFacts): Failed {
  const { requests, errors } = facts;
  const own = errors.reduce((sum, { kind, count }) => (kind === 'generator' ? sum + count : sum), 0);
  const isCounted = !areCutOff(facts);
  const of = requests.sent - own - (isCounted ? 0 : requests.unfinished);
  const unanswered = isCounted ? [{ text: 'unfinished', count: requests.unfinished }] : [];
  return { bad: of - requests.ok, of, unanswered };
}

/** The same with what was due and had no connection, or had one too late. */
export function failedOrDropped(facts: FailureFacts): Failed {
  const failed = failedOf(facts);
  if (facts.isStopped) return failed;
  const { dropped, unfinished } = facts.requests;
  const late = areCutOff(facts) ? unfinished : 0;
  return {
    bad: failed.bad + dropped + late,
    of: failed.of + dropped + late,
    unanswered: [
      { text: 'unfinished', count: unfinished },
      { text: 'dropped', count: dropped },
    ],
  };
}

/**
 * Whether volley gave up those without an answer, and not they on the target. In the open model they were sent from the
 * line when the window was over, and had less than their timeout; what was sent before has run into it.
 */
function areCutOff({ isStopped, load, requests }: FailureFacts): boolean {
  return isStopped || (load.model === 'open' && requests.ok > 0);
}

/**
 * The request of a mix that fares worst, where more than `share` of at least `fewest` failed, or all of at least 3;
 * null where none does.
 */
export function failingRequest(
  facts: FailureFacts,
  share: number,
  fewest: number,
): (Failed & { readonly name: string }) | null {
  const isCounted = !areCutOff(facts);
  const rows = facts.mix.flatMap(({ name, sent, ok, unfinished }) => {
    const of = sent - (isCounted ? 0 : unfinished);
    const bad = of - ok;
    const isFailing = of >= fewest ? bad > share * of : of >= FEWEST_ALL_FAILED && bad === of;
    return isFailing
      ? [{ name, bad, of, unanswered: isCounted ? [{ text: 'unfinished', count: unfinished }] : [] }]
      : [];
  });
  rows.sort((a, b) => b.bad / b.of - a.bad / a.of || b.bad - a.bad);
  return rows[0] ?? null;
}

/** How many failed, when, and of what. */
export function failureSentence(
  { bad, of, unanswered }: Failed,
  facts: FailureFacts,
  name: string | null = null,
): string {
  const whose = name === null ? '' : ` of '${name}'`;
  const who =
    bad < of
      ? `${formatPercent(bad / of)} of the requests${whose} failed (${formatCount(bad)} of ${formatCount(of)})`
      : of === 1
        ? `The only request${whose} failed`
        : `All ${counted(of, 'request')}${whose} failed`;
  const when = facts.when === null ? '' : `, ${facts.when}`;
  const kinds = kindsOf(facts, unanswered);
  return `${who}${when}${kinds === '' ? '' : `: ${kinds}`}.`;
}

function kindsOf({ errors }: FailureFacts, unanswered: Failed['unanswered']): string {
  const rows = [
    ...errors.map(({ kind, code, count }) => ({ text: `${kind} (${code})`, count })),
    ...unanswered,
  ].filter(({ count }) => count > 0);
  rows.sort((a, b) => b.count - a.count);
  const shown = rows.slice(0, MOST_KINDS).map(({ text, count }) => `${formatCount(count)} × ${text}`);
  const left = rows.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

/** What to do first, by what failed most. */
export function nextStep({ unanswered }: Failed, { errors }: FailureFacts): string {
  const [top] = errors.filter(({ kind }) => kind !== 'generator');
  const silent = unanswered.reduce((sum, { count }) => sum + count, 0);
  if (top === undefined || silent > top.count) return STEPS.timeout;
  return top.kind === 'status' ? statusStep(top.code) : STEPS[top.kind];
}

const LOGS = "Look for the cause in the target's logs.";

const STEPS: Readonly<Record<ErrorKind, string>> = {
  dns: 'Check the name, and who resolves it (--resolve gives an address).',
  connect: 'Check that the target runs and listens there, and what lies in between.',
  tls: 'Check the certificates (--cacert, --cert, --sni) and the versions of TLS.',
  timeout: 'The target does not answer in time: ask for less, give it more, or raise --timeout.',
  reset: `The target gives connections up: ${LOGS.toLowerCase()}`,
  truncated: `The target gives connections up: ${LOGS.toLowerCase()}`,
  protocol: 'Check that the target speaks this protocol at this port; look at one answer with --once.',
  status: LOGS,
  expectation: 'Look at one answer with --once: it is not what was expected.',
  request: 'Check rows and values: these requests could not be written as they were asked for.',
  aborted: LOGS,
  generator: LOGS,
};

function statusStep(code: string): string {
  if (code === '401' || code === '403' || code === '407')
    return 'Check the credentials (-u, --bearer-env, --cookie); look at one answer with --once.';
  if (code === '429' || code === '503')
    return "The target turns requests away: ask for less, or look for the cause in the target's logs.";
  if (code.startsWith('4')) return 'Check URL and method; look at one answer with --once.';
  return LOGS;
}
