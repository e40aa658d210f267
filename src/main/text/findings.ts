import type { Finding, FindingCode, FindingFigures, Identity } from '../../protocol/finding.ts';
import {
  doubtText,
  iterationsFailedText,
  neverOkText,
  noConnectionText,
  requestsFailedText,
} from './failure-words.ts';
import {
  counted,
  formatAskedRate,
  formatCount,
  formatDuration,
  formatMs,
  formatPercent,
  formatRate,
  shareText,
} from './format.ts';
import { COMMAND_LINE, type Naming } from './naming.ts';
import { quoted } from './quoted.ts';
import { scenarioCodeText } from './scenario-code-words.ts';

/** A finding as a sentence of the report. */
export function sentenceOf<Code extends FindingCode>(
  { code, figures }: Finding<Code>,
  naming: Naming = COMMAND_LINE,
): string {
  return SENTENCES[code](figures, naming);
}

export const SENTENCES: {
  readonly [Code in FindingCode]: (figures: FindingFigures[Code], naming: Naming) => string;
} = {
  'requests-failed': requestsFailedText,
  'iterations-failed': iterationsFailedText,
  'request-never-ok': (figures) =>
    `N${neverOkText(figures).slice(1)}: it is not known whether it works at all.`,
  'machine-ran-out': ({ failed, codes }) => `${counted(failed, 'request')} failed because ${whyHere(codes)}.`,
  'run-too-short': ({ sent, windowMs, fewestRequests, shortestMs }) =>
    `${sent < fewestRequests ? `${counted(sent, 'request')} ${sent === 1 ? 'is' : 'are'}` : `${formatMs(windowMs)} is`} too short a run ` +
    `to tell what sets the limit: use at least ${counted(fewestRequests, 'request')} and ${formatDuration(shortestMs)}.`,
  'loop-busy': ({ busyShare }) => `An event loop of volley was busy ${formatPercent(busyShare)} of the time.`,
  'scenario-code': scenarioCodeText,
  'late-starts': ({ startLagP99Ms, responseP99Ms, pacing }) =>
    `Requests started late: start lag p99 ${formatMs(startLagP99Ms)} of a response p99 of ` +
    `${formatMs(responseP99Ms)} (${pacing} pacing).`,
  'no-processor': ({ waitShare }) =>
    `A worker of volley was ready to run but had no processor for ${formatPercent(waitShare)} of the load: ` +
    'this machine has more work than cores.',
  'waited-for-connection': ({ waitMs, responseMs }) =>
    `Requests waited ${formatMs(waitMs)} of a mean response of ${formatMs(responseMs)} for a connection.`,
  'no-connection-left': noConnectionText,
  'backlog-grew': ({ first, last, lastMs }) =>
    lastMs === undefined
      ? `Requests without an answer grew from ${formatCount(first)} in the first quarter to ${formatCount(last)} in the last.`
      : `In the last ${formatMs(lastMs)} of the window, requests without an answer grew from ${formatCount(first)} in the first quarter of that time to ${formatCount(last)} in its last.`,
  'no-iteration-ended': ({ interrupted }) =>
    `${counted(interrupted, 'iteration')} began and none came to its end: give gracefulStop more time, or make an iteration shorter.`,
  'nothing-answered': ({ sent = 0 }) =>
    `${sent === 0 ? 'No request was answered' : `None of ${counted(sent, 'request')} was answered in time`}, so nothing is known about limits.`,
  'kept-up': () => 'Requests started on time, and the target kept up.',
  'concurrency-sets-rate': ({ concurrency, serviceMs, isLowerBound }) =>
    `The concurrency sets the rate: ${formatCount(concurrency)} at a time, each served in ` +
    `${isLowerBound ? 'at least ' : ''}${formatMs(serviceMs)} on average.`,
  'limit-sets-rate': ({ sentPerSecond, limitPerSecond }) =>
    `The limit of ${formatAskedRate(limitPerSecond)} sets the rate, ${formatRate(sentPerSecond)} here: that is not how fast the target is.`,
  'figures-mislead': () => "Until that is fixed, rates and latencies say little about the target's speed.",
  'shared-machine': () => 'Target and generator share this machine and its cores.',
  'worker-lost': ({ worker, because, isBatch, unknownAtMost = 0 }) =>
    `Worker ${worker} was lost: ${because.replace(/\.$/, '')}. ` +
    (isBatch ? 'The others took over its unfinished rows.' : 'Its unsent results are missing') +
    (unknownAtMost === 0
      ? isBatch
        ? ''
        : '.'
      : `: up to ${formatCount(unknownAtMost)} of its requests that count as never started may have been sent.`),
  'load-lost': loadLostText,
  'agents-limited': ({ agents, of }) =>
    `Of ${counted(of, 'agent')}, ${agents.join(', ')} could not keep up with ${agents.length === 1 ? 'its' : 'their'} part.`,
  'stood-still': ({ stoodStillMs, agent }) =>
    `${agent === undefined ? 'volley itself' : `Agent ${agent}`} stood still for ${formatMs(stoodStillMs)}, as if its process had been stopped: ` +
    'requests under way may have timed out or taken longer because of that.',
  'requests-failed-here': ({ failed, sent, codes }) =>
    `${formatCount(failed)}${shareText(failed, sent)} of ${counted(sent, 'request')} failed ` +
    `because ${whyHere(codes)}.`,
  'requests-dropped': ({ dropped }) =>
    `${counted(dropped, 'request')} ${dropped === 1 ? 'was dropped: it' : 'were dropped: they'} had no connection when the waiting ended.`,
  'requests-unfinished': ({ unfinished }) =>
    `${counted(unfinished, 'request')} ${wasOrWere(unfinished)} sent but not answered when the waiting ended.`,
  'requests-not-started': ({ notStarted }) =>
    `${counted(notStarted, 'request')} ${wasOrWere(notStarted)} never started.`,
  'iterations-dropped': ({ dropped, scheduled }) =>
    `${formatCount(dropped)} of ${counted(scheduled, 'iteration')} never got a user: raise maxVUs.`,
  'iterations-not-started': ({ notStarted, scheduled }) =>
    `${formatCount(notStarted)} of ${counted(scheduled, 'iteration')} never started.`,
  'vu-setup-failed': ({ count, example }) =>
    `${counted(count, 'user')} did not run because ${count === 1 ? 'its' : 'their'} setup failed: ${firstSentence(example)}`,
  'vu-teardown-failed': ({ count, example }) =>
    `The teardown of ${counted(count, 'user')} failed: ${firstSentence(example)}`,
  'late-rejections': ({ count, example }) =>
    `After the last iteration of a user, or at the top of a module, ${counted(count, 'error')} came that nothing awaited or caught, so no iteration failed with ${count === 1 ? 'it' : 'them'}: ${firstSentence(example)}`,
  'users-set-rate': ({ users }) =>
    `The users set the rate, at most ${counted(users, 'user')} at once, by their waits and think times.`,
  'idle-iterations': ({ count }) =>
    `${counted(count, 'iteration')} neither sent a request nor slept: they measured only the scenario's own code.`,
  'rows-used-up': ({ scenario, rows }) =>
    `${quoted(scenario)} ended when its ${counted(rows, 'row')} had been used, each once: for more iterations give it more rows, or let them be dealt in a cycle.`,
  'scenario-not-dealt': ({ scenario, of, dealt, needed }) =>
    `${quoted(scenario)} had no iteration: weights deal ${of} to the scenarios, and of ${counted(dealt, of === 'users' ? 'user' : 'iteration')} it got none. ` +
    `With ${formatCount(needed)} it gets its first.`,
  'iterations-cut': ({ scenario, interrupted, started }) =>
    `The end of the run cut off ${formatCount(interrupted)} of ${counted(started, 'iteration')} of ${quoted(scenario)}: ${interrupted === started ? 'it has no times' : 'its times are of the few that were short'}. Run longer, give gracefulStop more time, or make an iteration shorter.`,
  'users-cut': ({ scenario, part, users }) =>
    `The ${part === 'vuSetup' ? 'setup' : 'teardown'} of ${counted(users, 'user')} of ${quoted(scenario)} had not ended when the time for it was over, and was cut off${part === 'vuSetup' ? `: ${users === 1 ? 'that user' : 'those users'} did nothing` : ''}. If it ends at all, give gracefulStop or gracefulRampDown more time.`,
  'iterations-waited': ({ scenario, waitMs, responseMs, users }) =>
    `Iterations of ${quoted(scenario)} waited ${formatMs(waitMs)} on average for ${users === 1 ? 'their only user' : `one of their ${formatCount(users)} users`} to be free, of ${formatMs(responseMs)} that the user waited in all.`,
  'identity-violated': violationText,
  'unrequested-bytes': ({ connections, isBatch, answers = 0, of = 0 }, { option }) =>
    `${counted(connections, 'connection')} ${wasOrWere(connections)} closed because the target sent bytes that no request had asked for, ` +
    `before a request or after an answer: ${isBatch ? 'rows may have the answer of another row, or a part of theirs' : doubtText(answers, of)}. ` +
    `Fix the target; ${option('no-keepalive')} keeps the answers apart.`,
  'tokens-beyond-bytes': ({ tokens, bytes }, { setting }) =>
    `The server counts ${counted(tokens, 'token')} in ${counted(bytes, 'byte')}: most are hidden, as some reasoning is, or its count is wrong. ` +
    `Figures of tokens are by that count; ${setting('tokens', 'events')} counts what came.`,
  'option-note': ({ text }) => text,
  'response-beyond-service': ({ responseMs, serviceMs }) =>
    `Response time is ${(responseMs / serviceMs).toFixed(1)} times service time: on average a request was sent ` +
    `${formatMs(responseMs - serviceMs)} after it was due, which a service time hides.`,
  'redirects-not-followed': ({ redirects, answered, location, isFollowing }, { option, has }) =>
    `${redirects === answered ? `All ${formatCount(answered)}` : `${formatCount(redirects)} of ${formatCount(answered)}`} answers ` +
    (isFollowing
      ? `were redirects without a location: there was nothing to follow. ${has('once') ? `Look at one answer with ${option('once')}.` : 'Look at one answer.'}`
      : `were redirects${location === null ? '' : ` (to '${location}')`}, which are not followed: the pages behind them were not measured. ` +
        `Follow them with ${option('location')}, or give the URL that they lead to.`),
  'cold-start': ({ slow, count, startMs, longestMs, laterP99Ms }, { setting }) =>
    `${formatCount(slow)} of the ${counted(count, 'request')} due in the first ${formatDuration(startMs)} took longer than 99 % of ` +
    `the later ones (up to ${formatMs(longestMs)}; later p99 ${formatMs(laterP99Ms)}). The target's code often runs then ` +
    `for the first time, and so does code of volley's that it has not practised: ${setting('warmup', '1s')} leaves that out.`,
};

function loadLostText(lost: FindingFigures['load-lost']): string {
  const { agent, address, because, lostAtMs, planned, sent, missing, missingShare, unknownAtMost } = lost;
  const at = lostAtMs === null ? '' : ` at ${timeText(lostAtMs)}`;
  const who = `Agent ${agent} (${address}) was lost${at}: ${because}.`;
  if (planned === null || missing === null)
    return `${who} ${formatCount(lost.connections)} of ${counted(lost.ofConnections, lost.isOfIterations === true ? 'user' : 'connection')} are missing from ${sinceText(lost)}.`;
  const share = missingShare === null ? '' : ` = ${(missingShare * 100).toFixed(2)} % of the load`;
  const unknown = unknownText(unknownAtMost ?? 0, missing);
  const of = lost.isOfIterations === true ? ' iterations' : '';
  return `${who} Planned ${formatCount(planned)}${of}, measured ${formatCount(sent)}, missing ${formatCount(missing)}${share}${unknown}.`;
}

function timeText(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${formatDuration(Math.abs(Math.round(ms / 100) * 100))}`;
}

/** A loss is found seconds after the last that is known of the agent. */
function sinceText({ lostAtMs, knownUntilMs }: FindingFigures['load-lost']): string {
  if (knownUntilMs === undefined) return 'then on';
  if (knownUntilMs === null || knownUntilMs <= 0) return 'the start on, as it reported nothing';
  return lostAtMs === null || knownUntilMs >= lostAtMs
    ? 'then on'
    : `${timeText(knownUntilMs)} on, when it last reported`;
}

/** After a stop an agent that was cut off may have sent more than what is missing until then. */
function unknownText(atMost: number, missing: number): string {
  if (atMost === 0) return '';
  return atMost > missing
    ? `; it may not have heard of the stop, and have sent up to ${formatCount(atMost)} that are not measured`
    : `; of these at most ${formatCount(atMost)} may have been sent`;
}

/** Why requests failed before they reached the target. */
export function whyHere(codes: readonly string[]): string {
  const others = codes.filter((code) => code !== 'NOT_ALLOWED');
  return [
    ...(others.length < codes.length ? ['an agent may not send there (NOT_ALLOWED)'] : []),
    ...(others.length > 0 ? [`this machine ran out of a resource (${others.join(', ')})`] : []),
  ].join(', and ');
}

function wasOrWere(count: number): string {
  return count === 1 ? 'was' : 'were';
}

/** An identity that does not hold: a bug in volley, not a finding about the target. */
function violationText({ identity, of, left, right }: FindingFigures['identity-violated']): string {
  return `This is a bug in volley, please report it: ${IDENTITIES[identity](of ?? '')}, but ${left} ≠ ${right}.`;
}

const IDENTITIES: Readonly<Record<Identity, (of: string) => string>> = {
  'scheduled-sum': () => 'scheduled = sent + dropped + not started',
  'sent-sum': () => 'sent = ok + failed + unfinished + cancelled + interrupted',
  'outcomes-sum': () => 'the outcomes add up to what was released',
  'errors-sum': () => 'the errors add up to failed',
  'errors-by-kind': (kind) => `the errors of kind ${kind} are its outcomes`,
  'statuses-sum': () => 'the statuses add up to the complete responses',
  'latency-count': (latency) => `the ${latency} latencies are the complete responses and the lower bounds`,
  'response-bounds': () => 'the lower bounds of response are its censored outcomes',
  'service-or-wait': () => 'each request has a service time or a wait that is a lower bound',
  'first-bytes': () => 'each service time has a first byte',
  'histogram-sum': () => 'the histogram counts the headline latency',
  'series-sum': () => 'the series adds up to sent',
  'mix-sum': (field) => `the requests of the mix add up to ${field}`,
  'mix-latencies': () => 'the latencies of the mix are those of all requests',
  'planned-sum': () =>
    'what agents planned is what they sent and what is missing, and all that was scheduled',
  'records-arrived': (worker) => `all records of worker ${worker} have arrived`,
  'iterations-scheduled': (scenario) =>
    `iterations of ${scenario}: scheduled = started + dropped + not started`,
  'iterations-started': (scenario) => `iterations of ${scenario}: started = completed + failed + interrupted`,
  'iteration-errors': (scenario) => `the errors of ${scenario} add up to its failed iterations`,
  'iterations-sum': (field) => `the scenarios add up to ${field} iterations`,
  'iterations-arrived': (worker) => `all iterations of worker ${worker} have arrived`,
};

/** The first line of an error, ended like a sentence: others follow. */
function firstSentence(example: string): string {
  const [line = ''] = example.split('\n');
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}
