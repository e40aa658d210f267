import type { ErrorTally } from '../../protocol/report.ts';
import type { RequestPlan } from '../../protocol/request.ts';
import { type Answered, missOf } from '../../requests/expectation.ts';
import type { TargetConnection } from '../connections/connection.ts';
import type { TokenSink } from './body-sink.ts';
import type { EndedByUs } from './exchange.ts';
import { classifyFailure } from './failure.ts';
import { asAscii } from './location.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { isRedirect } from './redirect.ts';
import type { RequestSecrets } from './request-secrets.ts';

const LOWEST_FAILURE = 400;

/** What is judged of a request that was answered to the end. */
interface CompleteAnswer extends Answered {
  readonly request: PreparedRequest | null;
  readonly redirects: number;
  readonly sentMs: number;
  /** Where the answer asks to go; null where it does not. */
  readonly location: string | null;
  /** Its tokens, where answers are streams. */
  readonly tokens: TokenSink | null;
}

/** What is known of a request that was not. */
interface NoAnswer {
  readonly request: PreparedRequest | null;
  readonly client: {
    readonly connection: Pick<TargetConnection, 'phase' | 'endedByTarget' | 'alert'>;
  };
  readonly endedByUs: EndedByUs | null;
  readonly sentMs: number;
  readonly firstByteMs: number;
}

/** Judges how requests ended: the one rule for runs, for rows of a batch, and for requests that are sent once. */
export class Verdict {
  readonly #timeoutMs: number;
  /** Examples say which of several requests they are of. */
  readonly #namesRequests: boolean;
  readonly #secrets: RequestSecrets;
  readonly #stallMs: number | null;

  /** @param stallMs how long a stream may be silent; null where nobody bounds it */
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

  /** What is wrong with a complete answer that is not followed any further, and ended then; null where nothing is. */
  ofAnswer(answer: CompleteAnswer, endMs: number): ErrorTally | null {
    const { request, status, location, redirects, sentMs, tokens } = answer;
    if (request === null) return null;
    const { expectation, message, maxRedirects } = request.plan;
    if (location !== null && isRedirect(request.plan, status, location)) {
      const example = `after ${redirects} of at most ${maxRedirects} redirects: ${status} to '${asAscii(location)}'`;
      return this.#unexpected(request, 'REDIRECT', this.#secrets.of(request)(example));
    }
    if (status >= LOWEST_FAILURE && (expectation === null || expectation.statuses.length === 0)) {
      const complaint = tokens?.complaint ?? null;
      const said = complaint === null ? '' : `: ${this.#secrets.of(request)(complaint)}`;
      const example = `${message.method} ${shownPath(request.plan)} was answered with ${status}${said}`;
      return { kind: 'status', code: String(status), count: 1, example };
    }
    const cut = tokens?.finish() ?? null;
    if (cut !== null) return { ...cut, count: 1, example: this.#secrets.of(request)(cut.example) };
    if (expectation === null) return null;
    const miss = missOf(expectation, answer, endMs - sentMs, this.#secrets.of(request));
    return miss === null ? null : this.#unexpected(request, miss.code, miss.example);
  }

  /** Why there is no complete answer. */
  ofFailure(
    { request, client: { connection }, endedByUs, sentMs, firstByteMs }: NoAnswer,
    error: Error,
  ): ErrorTally {
    if (endedByUs === 'timeout') {
      const what = Number.isNaN(sentMs) ? 'no connection' : 'no complete answer';
      const example = `${what} within ${this.#timeoutMs} ms`;
      return { kind: 'timeout', code: 'TIMEOUT', count: 1, example };
    }
    if (endedByUs === 'stalled') {
      const example = `no byte for ${this.#stallMs} ms`;
      return { kind: 'stalled', code: 'STALLED', count: 1, example };
    }
    const { phase, endedByTarget, alert } = connection;
    const hasHead = !Number.isNaN(firstByteMs);
    const failure = classifyFailure({ error, phase, hasHead, endedByTarget, alert });
    return { ...failure, example: this.#secrets.of(request)(failure.example), count: 1 };
  }

  #unexpected({ plan }: PreparedRequest, code: string, example: string): ErrorTally {
    const name = this.#namesRequests ? `${plan.name}: ` : '';
    return { kind: 'expectation', code, count: 1, example: name + example };
  }
}

/** The path as it was asked for: what placeholders stand for may be secret. */
function shownPath({ message: { url }, endpoint }: Pick<RequestPlan, 'message' | 'endpoint'>): string {
  return endpoint !== null && url.startsWith(endpoint.origin) ? url.slice(endpoint.origin.length) : url;
}
