import type { Finding, NextStep } from '../../protocol/finding.ts';
import { noConnectionText } from './failure-words.ts';
import { sentenceOf } from './findings.ts';
import { counted, formatCount, formatMs } from './format.ts';
import { COMMAND_LINE, type Naming } from './naming.ts';

/** The verdict in sentences: what it is based on, what to do, and its caveats. */
export function reasonsOf(
  {
    finding,
    caveats,
  }: {
    readonly finding: Finding & { readonly nextStep: NextStep | null };
    readonly caveats: readonly Finding[];
  },
  naming: Naming = COMMAND_LINE,
): string[] {
  return [
    sentenceOf(finding, naming),
    finding.code === 'waited-for-connection' ? noConnectionText(finding.figures) : '',
    finding.nextStep === null ? '' : STEPS[finding.nextStep](naming, finding),
    ...caveats.map((caveat) => sentenceOf(caveat, naming)),
  ].filter((sentence) => sentence !== '');
}

const LOGS = "look for the cause in the target's logs.";

export const STEPS: Readonly<Record<NextStep, (naming: Naming, finding: Finding) => string>> = {
  'check-name': ({ option }) => `Check the name and the resolver (${option('resolve')} gives an address).`,
  'check-listening': () => 'Check that the target runs and listens there, and check the network in between.',
  'check-proxy': ({ option }) =>
    `Check the proxy (${option('proxy')}): that it runs and listens there, and speaks HTTP without TLS.`,
  'check-proxy-credentials': ({ setting }) =>
    `Check the proxy's user and password (${setting('proxy', 'http://name:password@host:port')}).`,
  'check-proxy-rules': () =>
    'The proxy gives no tunnel (CONNECT) to this host and port: check what its rules allow.',
  'check-behind-proxy': () =>
    "The proxy does not reach the target: check that the target runs and listens there, and look in the proxy's logs.",
  'check-tunnel': ({ option }) =>
    `The proxy opens no tunnel in time: check that it (${option('proxy')}) speaks HTTP without TLS, and that it reaches the target.`,
  'look-behind-proxy': (naming) =>
    `The proxy may have answered so itself, for instance because it cannot reach the target: ${look(naming)}, and look in the logs of both.`,
  'look-in-proxy-logs': () => "The proxy drops connections: look for the cause in the proxy's logs.",
  'keep-no-proxy-connections': ({ option }) =>
    `The proxy closes connections without announcing it: give each request one of its own (${option('no-keepalive')}).`,
  'check-tls': ({ option }) =>
    `Check the certificates (${option('cacert')}, ${option('cert')}, ${option('sni')}), the TLS versions, and that the port does not speak plain http.`,
  'check-tls-version': ({ option }) =>
    `Check which versions of TLS the target speaks: volley speaks 1.2 and 1.3, and none below ${option('tls-min')}.`,
  'check-scheme': () => 'What answers there does not speak TLS: check the port, or try http://.',
  'try-https': () => 'What answers there speaks TLS: try https://, or check the port.',
  'check-protocol': (naming) => `Check that the target speaks this protocol on this port; ${look(naming)}.`,
  'change-protocol': ({ option }, finding) =>
    ['NO_HTTP1', 'NOT_HTTP1'].includes(topCodeOf(finding))
      ? `The target speaks HTTP/2 on this port: try ${option('http2')}, or ${option('h2c')} without TLS.`
      : `Check that the target speaks HTTP/2 on this port, or leave ${option('http2')} and ${option('h2c')} out.`,
  'check-credentials': (naming) =>
    `Check the credentials (${naming.short('user', 'u')}, ${naming.option('bearer-env')}, ${naming.option('api-key-env')}, ${naming.option('cookie')}); ${look(naming)}.`,
  'check-request': (naming, finding) =>
    `Check ${WRONG_PART[topCodeOf(finding)] ?? 'URL and method'}; ${look(naming)}.`,
  'check-rows': () => 'Check rows and values: they make requests that cannot be sent.',
  'look-at-answer': (naming) => `L${look(naming).slice(1)}: it is not what was expected.`,
  'look-at-iteration': ({ option, has }) =>
    `Look at one iteration${has('once') ? `, step by step, with ${option('once')}` : ''}.`,
  'look-in-logs': () => "Look for the cause in the target's logs.",
  'look-in-logs-for-resets': (_naming, finding) =>
    `The target ${topCodeOf(finding).startsWith('RST_STREAM_') ? 'resets streams' : 'drops connections'}: ${LOGS}`,
  'raise-idle-limit': ({ option }) =>
    `The target may close connections that are idle just as a request comes: raise its keep-alive timeout above the pauses of the load, or give each request a connection of its own (${option('no-keepalive')}).`,
  'look-in-logs-or-lower-load': () => `The target rejects requests: lower the load, or ${LOGS}`,
  'lower-load-or-raise-timeout': ({ option }, finding) =>
    `The target does not answer in time: lower the load, give it more resources, or raise ${option(hasStalled(finding) ? 'stall-timeout' : 'timeout')}.`,
  'give-graceful-stop': () =>
    'volley ended them with their iterations, but they had taken more than twice as long as the slowest good answer of their name, or of the run where a name has none. Give gracefulStop or gracefulRampDown more time to see whether they are answered.',
  'measure-again': (_naming, finding) =>
    `volley itself stood still for ${formatMs(figureOf(finding, 'stoodStillMs'))}, which may be why: measure again.`,
  'raise-machine-limits': (_naming, finding) =>
    finding.code === 'machine-ran-out' && finding.figures.codes.every((code) => code === 'NOT_ALLOWED')
      ? 'Give the agents an --allow-target for it, or leave it out of the load.'
      : "Raise this machine's limits (ulimit -n for EMFILE) or use fewer connections.",
  'add-workers': (naming) =>
    `${more(naming)} if cores are free; otherwise you measure volley, not the target.`,
  'lighten-scenario-code': (naming) =>
    `Move expensive code to setup or prepare it in rows, or ${lowered(more(naming))} if cores are free: while a scenario's code runs, no answer is read.`,
  'give-cores-or-lower-rate': () => 'Give volley cores of its own, or lower the rate.',
  'free-cores': (naming) =>
    `Stop other programs here, give volley cores of its own, or use fewer workers${letterIn(naming)}: the latencies include that wait.`,
  'give-cores': () =>
    'Stop other programs here, or give volley cores of its own: the latencies include that wait.',
  'keep-alive': ({ option }) =>
    `Keep connections alive (leave ${option('no-keepalive')} out), unless that is what you measure: opening them takes longer than the requests.`,
  'let-target-keep-alive': () =>
    'Let the target keep connections alive: opening them takes longer than the requests.',
  'keep-connections': (_naming, finding) =>
    `${counted(figureOf(finding, 'opened'), 'connection')} were opened for ` +
    `${counted(figureOf(finding, 'sent'), 'request')}: opening them takes longer than the requests.`,
  'raise-max-in-flight': ({ option }, finding) =>
    `Raise ${option('max-in-flight')} (${formatCount(figureOf(finding, 'maxInFlight'))}), unless the target accepts no more connections.`,
  'raise-max-vus': (_naming, finding) =>
    `Raise maxVUs (${formatCount(figureOf(finding, 'users'))}), to measure the target and not the line before it.`,
  'lower-streams': ({ option, short }, finding) =>
    `The target allows fewer than ${formatCount(figureOf(finding, 'streams'))} concurrent requests on a connection: ` +
    `lower ${option('streams')}, or raise ${short('concurrency', 'c')}.`,
  'lower-rate': () =>
    'The target does not keep up with this rate: lower the rate, or give it more resources.',
  'raise-concurrency': ({ short }) => `Raise ${short('concurrency', 'c')} for more load.`,
};

/** What a status says is wrong with a request. */
const WRONG_PART: Readonly<Record<string, string>> = {
  '405': 'the method',
  '411': 'the body, which needs a length',
  '413': 'the body, which is too long for the target',
  '414': 'the URL, which is too long for the target',
  '415': 'the type of the body (content-type)',
  '431': 'the header, which is too long for the target',
};

function more(naming: Naming): string {
  const letter = letterIn(naming);
  return letter === '' ? 'Raise workers' : `Add workers${letter}`;
}

/** The option for workers, unless it is written as the word itself. */
function letterIn({ short }: Naming): string {
  const written = short('workers', 'w');
  return written === 'workers' ? '' : ` (${written})`;
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function look({ option, has }: Naming): string {
  return has('once') ? `look at one answer with ${option('once')}` : 'look at one answer';
}

/** A figure of the finding that a step refers to; 0 if it has none of that name. */
function figureOf({ figures }: Finding, name: string): number {
  const value: unknown = Object.entries(figures).find(([known]) => known === name)?.[1];
  return typeof value === 'number' ? value : 0;
}

/** The code of most of what failed; empty if nothing has. */
function topCodeOf({ code, figures }: Finding): string {
  return code === 'requests-failed' ? (figures.failedAs[0]?.code ?? '') : '';
}

/** Whether silence within answers ended most of the failed ones. */
function hasStalled({ code, figures }: Finding): boolean {
  return code === 'requests-failed' && figures.failedAs[0]?.kind === 'stalled';
}
