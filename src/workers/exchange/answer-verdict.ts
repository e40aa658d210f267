import { type ErrorTally, LOWEST_FAILURE } from '../../protocol/report.ts';
import type { RequestPlan } from '../../protocol/request.ts';
import { PATH_OF_TRACE } from '../../protocol/trace-path.ts';
import { limitText } from '../../protocol/units.ts';
import { type Answered, missOf } from '../../requests/expectation.ts';
import type { Hide } from '../../requests/secrets.ts';
import type { TargetConnection } from '../connections/connection.ts';
import type { AnswerSink } from './answer-sink.ts';
import type { BadConnection } from './bad-request.ts';
import type { EndedByUs } from './exchange.ts';
import { classifyFailure } from './failure.ts';
import { asAscii } from './location.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { deadEnd, isRedirect } from './redirect.ts';
import type { RequestSecrets } from './request-secrets.ts';

/** What servers say is shown to this length. */
const LONGEST_SAID = 200;
/** With the words before it. */
const LONGEST_OF_STREAM = 280;

/** What is known of a request with a complete answer. */
interface CompleteAnswer extends Answered {
  readonly request: PreparedRequest | null;
  readonly redirects: number;
  readonly sentMs: number;
  /** The answer's Location; null without one. */
  readonly location: string | null;
  readonly sink: Pick<AnswerSink, 'complaint' | 'finish'>;
  readonly client: { readonly connection: Pick<TargetConnection, 'peer'> };
  readonly badConnection: BadConnection | null;
}

/** What is known of a request without one. */
interface NoAnswer {
  readonly request: PreparedRequest | null;
  readonly redirects: number;
  readonly client: {
    readonly connection: Pick<TargetConnection, 'phase' | 'endedByTarget' | 'peer' | 'course' | 'allowsNone'>;
  };
  readonly endedByUs: EndedByUs | null;
  readonly sentMs: number;
  readonly firstByteMs: number;
}

/** Judges how requests ended: the one rule for runs, batch rows and `--once`. */
export class Verdict {
  readonly #timeoutMs: number;
  /** With several requests, examples name theirs. */
  readonly #namesRequests: boolean;
  readonly #secrets: RequestSecrets;
  readonly #stallMs: number | null;

  /** @param stallMs how long a stream may be silent; null for no limit */
  constructor(
    timeoutMs: number,
    namesRequests: boolean,
    secrets: RequestSecrets,
    stallMs: number | null = null,
  ) {
    this.#stallMs = stallMs;
    this.#timeoutMs = timeoutMs;
    this.#namesRequests = namesRequests;
    this.#secrets = secrets;
  }

  /** What is wrong with a complete, final answer; null if nothing is. */
  ofAnswer(answer: CompleteAnswer, endMs: number): ErrorTally | null {
    const { request, status, location, redirects, sentMs, sink } = answer;
    if (request === null) return null;
    const { expectation, maxRedirects } = request.plan;
    if (location !== null && isRedirect(request.plan, status, location)) {
      const { protocol } = answer.client.connection.peer;
      const end = redirects < maxRedirects ? deadEnd(request, location, protocol) : null;
      const { why, ...advice } = end ?? { why: null };
      const where = `'${asAscii(location)}'${why === null ? '' : `, ${why}`}`;
      const example = `after ${redirects} of at most ${maxRedirects} redirects: ${status} to ${where}`;
      return { ...this.#unexpected(request, 'REDIRECT', this.#secrets.of(request)(example)), ...advice };
    }
    if (status >= LOWEST_FAILURE && (expectation === null || expectation.statuses.length === 0)) {
      const hide = this.#secrets.of(request);
      const example = `${answeredPlace(request, hide)} was answered with ${status}${onTheWay(redirects)}${saidBy(sink, hide)}`;
      return { kind: 'status', code: String(status), count: 1, ...withAdvice(example, answer) };
    }
    const cut = sink.finish();
    if (cut !== null) {
      const example = beginningOf(this.#secrets.of(request)(cut.example), LONGEST_OF_STREAM);
      return { ...cut, count: 1, example };
    }
    if (expectation === null) return null;
    const miss = missOf(expectation, answer, endMs - sentMs, this.#secrets.of(request));
    return miss === null ? null : this.#unexpected(request, miss.code, miss.example);
  }

  /** Why there is no complete answer. */
  ofFailure(
    { request, redirects, client: { connection }, endedByUs, sentMs, firstByteMs }: NoAnswer,
    error: Error,
  ): ErrorTally {
    if (endedByUs === 'timeout') {
      const limit = limitText(request?.timeoutMs ?? this.#timeoutMs);
      if (connection.allowsNone && Number.isNaN(firstByteMs)) {
        const example = `no answer within ${limit}: the target allows no streams (MAX_CONCURRENT_STREAMS is 0)`;
        return { kind: 'timeout', code: 'NO_STREAMS', count: 1, example };
      }
      if (!Number.isNaN(sentMs))
        return { kind: 'timeout', code: 'TIMEOUT', count: 1, example: `no complete answer within ${limit}` };
      return { kind: 'timeout', count: 1, ...unopened(connection, `no connection within ${limit}`) };
    }
    if (endedByUs === 'stalled') {
      const example = `no byte for ${this.#stallMs} ms`;
      return { kind: 'stalled', code: 'STALLED', count: 1, example };
    }
    const { phase, endedByTarget, peer, course } = connection;
    const hasHead = !Number.isNaN(firstByteMs);
    const failure = classifyFailure({ error, phase, hasHead, endedByTarget, peer, course, sentMs });
    const where = redirects === 0 ? '' : ` (${onTheWay(redirects).trimStart()})`;
    return { ...failure, example: this.#secrets.of(request)(failure.example) + where, count: 1 };
  }

  #unexpected(request: PreparedRequest, code: string, example: string): ErrorTally {
    const name = this.#namesRequests ? `${calledWithPlace(request)}: ` : '';
    return { kind: 'expectation', code, count: 1, example: name + example };
  }
}

/** How far a connection came that was not open in time. */
function unopened(
  { phase, course }: Pick<TargetConnection, 'phase' | 'course'>,
  example: string,
): Pick<ErrorTally, 'code' | 'example'> {
  const tunnel = course?.tunnel ?? null;
  if (tunnel?.isOpen === false)
    return { code: 'NO_TUNNEL', example: `${example}: the proxy ${tunnel.name} has opened no tunnel` };
  const handshake = phase === 'securing' ? ': the TLS handshake has not ended' : '';
  return { code: 'TIMEOUT', example: example + handshake };
}

/** What can be done about an answer that refuses the connection. */
function withAdvice(
  example: string,
  { badConnection, client: { connection } }: Pick<CompleteAnswer, 'badConnection' | 'client'>,
): Pick<ErrorTally, 'example' | 'advice'> {
  if (badConnection === null) return { example };
  if (badConnection === 'wants-certificate') return { example, advice: 'client-certificate' };
  if (badConnection === 'refuses-certificate') return { example, advice: 'client-certificate-refused' };
  if (connection.peer.proxy === null) return { example, advice: 'with-https' };
  return { example: `${example}: the proxy ${connection.peer.proxy} expects TLS` };
}

/** A request's name, with its method and path if it is of a scenario, where others may share the name. */
export function calledWithPlace({
  plan,
  isOfScenario,
}: Pick<PreparedRequest, 'plan' | 'isOfScenario'>): string {
  const place = placeOf(plan);
  return isOfScenario !== true || plan.name === place ? plan.name : `${plan.name} (${place})`;
}

/** The method and the path, with placeholders and templates unfilled. */
export function placeOf(plan: RequestPlan): string {
  return `${plan.message.method} ${shownPath(plan)}`;
}

/** Of a trace, whose methods and paths are its rows, as sent; of others as planned. */
function answeredPlace({ plan, message }: PreparedRequest, hide: Hide): string {
  return plan.message.url.endsWith(PATH_OF_TRACE)
    ? `${message.method} ${beginningOf(hide(message.path), LONGEST_SAID)}`
    : placeOf(plan);
}

/** Another place has answered than the one that is named. */
function onTheWay(redirects: number): string {
  return redirects === 0 ? '' : ` after ${redirects === 1 ? 'a redirect' : `${redirects} redirects`}`;
}

/** What a failing answer says of itself, to be put after its status; empty if it says nothing. */
export function saidBy({ complaint }: Pick<AnswerSink, 'complaint'>, hide: Hide): string {
  const said = complaint === null ? '' : hide(complaint).replace(/\s+/g, ' ').trim();
  return said === '' ? '' : `: ${beginningOf(said, LONGEST_SAID)}`;
}

/** Only of a text without secrets: the beginning of one would remain. */
function beginningOf(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** The path with its placeholders unfilled: the values may be secret. */
function shownPath({ message: { url }, endpoint }: Pick<RequestPlan, 'message' | 'endpoint'>): string {
  return endpoint !== null && url.startsWith(endpoint.origin) ? url.slice(endpoint.origin.length) : url;
}
