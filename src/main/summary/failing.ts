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
  /** When they failed, as in "since 5 s"; null where that is not known. */
  readonly when: string | null;
}

/** Requests that went wrong, and of how many; those that this machine's own limits made fail are in neither. */
export interface Failed {
  readonly bad: number;
  readonly of: number;
}

/** What was sent and not answered well. */
export function failedOf({ requests, errors, isStopped }: FailureFacts): Failed {
  const own = errors.reduce((sum, { kind, count }) => (kind === 'generator' ? sum + count : sum), 0);
  const of = requests.sent - own - (isStopped ? requests.unfinished : 0);
  return { bad: of - requests.ok, of };
}

/** The same with what was due and never got a connection. */
export function failedOrDropped(facts: FailureFacts): Failed {
  const { bad, of } = failedOf(facts);
  const { dropped } = facts.requests;
  return facts.isStopped ? { bad, of } : { bad: bad + dropped, of: of + dropped };
}

/**
 * The request of a mix that fares worst, where more than `share` of at least `fewest` failed, or all of at least 3;
 * null where none does.
 */
export function failingRequest(
  { mix, isStopped }: FailureFacts,
  share: number,
  fewest: number,
): (Failed & { readonly name: string }) | null {
  const rows = mix.flatMap(({ name, sent, ok, unfinished }) => {
    const of = sent - (isStopped ? unfinished : 0);
    const bad = of - ok;
    const isFailing = of >= fewest ? bad > share * of : of >= FEWEST_ALL_FAILED && bad === of;
    return isFailing ? [{ name, bad, of }] : [];
  });
  rows.sort((a, b) => b.bad / b.of - a.bad / a.of || b.bad - a.bad);
  return rows[0] ?? null;
}

/** How many failed, when, and of what. */
export function failureSentence(
  { bad, of }: Failed,
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
  const kinds = kindsOf(facts);
  return `${who}${when}${kinds === '' ? '' : `: ${kinds}`}.`;
}

function kindsOf({ errors, requests, isStopped }: FailureFacts): string {
  const rows = [
    ...errors.map(({ kind, code, count }) => ({ text: `${kind} (${code})`, count })),
    ...(isStopped
      ? []
      : [
          { text: 'unfinished', count: requests.unfinished },
          { text: 'dropped', count: requests.dropped },
        ]),
  ].filter(({ count }) => count > 0);
  rows.sort((a, b) => b.count - a.count);
  const shown = rows.slice(0, MOST_KINDS).map(({ text, count }) => `${formatCount(count)} × ${text}`);
  const left = rows.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

/** What to do first, by what failed most. */
export function nextStep({ errors, requests, isStopped }: FailureFacts): string {
  const [top] = errors.filter(({ kind }) => kind !== 'generator');
  const unanswered = isStopped ? 0 : requests.unfinished + requests.dropped;
  if (top === undefined || unanswered > top.count) return STEPS.timeout;
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
