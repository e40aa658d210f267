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
  'check-name': ({ option }) =>
    `Check the name, and who resolves it (${option('resolve')} gives an address).`,
  'check-listening': () => 'Check that the target runs and listens there, and what lies in between.',
  'check-proxy': ({ setting }) =>
    `Check the proxy: its address, and its user and password (${setting('proxy', 'http://name:password@host:port')}).`,
  'check-tls': ({ option }) =>
    `Check the certificates (${option('cacert')}, ${option('cert')}, ${option('sni')}) and the versions of TLS.`,
  'check-protocol': (naming) => `Check that the target speaks this protocol at this port; ${look(naming)}.`,
  'check-credentials': (naming) =>
    `Check the credentials (${naming.short('user', 'u')}, ${naming.option('bearer-env')}, ${naming.option('cookie')}); ${look(naming)}.`,
  'check-request': (naming) => `Check URL and method; ${look(naming)}.`,
  'check-rows': () => 'Check rows and values: these requests could not be written as they were asked for.',
  'look-at-answer': (naming) => `L${look(naming).slice(1)}: it is not what was expected.`,
  'look-at-iteration': ({ option, has }) =>
    `Look at one iteration${has('once') ? `, step by step, with ${option('once')}` : ''}.`,
  'look-in-logs': () => "Look for the cause in the target's logs.",
  'look-in-logs-for-resets': () => `The target gives connections up: ${LOGS}`,
  'look-in-logs-or-lower-load': () => `The target turns requests away: ask for less, or ${LOGS}`,
  'lower-load-or-raise-timeout': ({ option }) =>
    `The target does not answer in time: ask for less, give it more, or raise ${option('timeout')}.`,
  'measure-again': (_naming, finding) =>
    `volley itself stood still for ${formatMs(figureOf(finding, 'stoodStillMs'))}, which may be why: measure again.`,
  'raise-machine-limits': () => 'Raise its limits (ulimit -n for EMFILE) or use fewer connections.',
  'add-workers': ({ short }) =>
    `Add workers (${short('workers', 'w')}) where cores are free; else what is measured here is volley.`,
  'lighten-scenario-code': ({ short }) =>
    `Prepare what is dear in setup or in rows, or add workers (${short('workers', 'w')}) where cores are free: while a scenario's code runs, no answer is read.`,
  'give-cores-or-lower-rate': () => 'Give volley cores of its own, or ask for a lower rate.',
  'free-cores': ({ short }) =>
    `End what else runs here, give volley cores of its own, or use fewer workers (${short('workers', 'w')}): the latencies hold that wait too.`,
  'keep-alive': ({ option }) =>
    `Keep connections alive (leave ${option('no-keepalive')} out), unless that is what you measure: opening them takes longer than being served.`,
  'let-target-keep-alive': () =>
    'Let the target keep connections alive: opening them takes longer than being served.',
  'keep-connections': (_naming, finding) =>
    `${counted(figureOf(finding, 'opened'), 'connection')} were opened for ` +
    `${counted(figureOf(finding, 'sent'), 'request')}: that takes longer than being served.`,
  'raise-max-in-flight': ({ option }, finding) =>
    `Raise ${option('max-in-flight')} (${formatCount(figureOf(finding, 'maxInFlight'))}), unless the target takes no more connections.`,
  'lower-streams': ({ option, short }, finding) =>
    `The target takes fewer than ${counted(figureOf(finding, 'streams'), 'request')} at once on a connection: ` +
    `lower ${option('streams')}, or raise ${short('concurrency', 'c')}.`,
  'lower-rate': () => 'The target does not keep up with this rate: ask for less, or give it more.',
  'raise-concurrency': ({ short }) => `Raise ${short('concurrency', 'c')} to ask for more.`,
};

function look({ option, has }: Naming): string {
  return has('once') ? `look at one answer with ${option('once')}` : 'look at one answer';
}

/** A figure of the finding that a step refers to; 0 if it has none of that name. */
function figureOf({ figures }: Finding, name: string): number {
  const value: unknown = Object.entries(figures).find(([known]) => known === name)?.[1];
  return typeof value === 'number' ? value : 0;
}
