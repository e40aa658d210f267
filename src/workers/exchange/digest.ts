import { createHash, randomBytes } from 'node:crypto';
import type { DigestCredentials } from '../../protocol/request.ts';
import { requestTemplate } from '../clients/dispatcher.ts';
import { type Challenge, challengeIn } from './digest-challenge.ts';
import type { PreparedRequest } from './prepared-request.ts';

const REDIRECTION = 300;
const UNAUTHORIZED = 401;
const NONCE_COUNT_DIGITS = 8;
const CNONCE_BYTES = 16;

/** A nonce that a server has given, and what is counted and computed for it once. */
interface Session {
  readonly challenge: Challenge;
  readonly cnonce: string;
  /** The hash of who asks, which with `-sess` has the nonces in it. */
  readonly secret: string;
  count: number;
}

/**
 * Digest authorization (RFC 7616) of one connection: its first request asks for a nonce, without its body as with
 * curl, and the nonce is used from then on, with a count that rises, until the server gives another.
 */
export class DigestAuthorization {
  /** By origin, as each gives nonces of its own. */
  readonly #sessions = new Map<string, Session>();
  /** Origins that have answered without asking who it is. */
  readonly #open = new Set<string>();
  #plain: PreparedRequest | null = null;
  #isRenewed = false;
  #isWithoutBody = false;

  /** The request under way as its plan has it; null before the first one. */
  get plain(): PreparedRequest | null {
    return this.#plain;
  }

  /** The request with its authorization, or the one that asks for a nonce. */
  first(request: PreparedRequest, credentials: DigestCredentials): PreparedRequest {
    this.#plain = request;
    this.#isRenewed = false;
    return this.#prepared(request, credentials);
  }

  /**
   * The request with an authorization that fits the answer; null where the answer asks for none, or where it refuses
   * the one that was given.
   *
   * @param authenticate the answer's `www-authenticate` fields
   */
  again(credentials: DigestCredentials, status: number, authenticate: string | null): PreparedRequest | null {
    const plain = this.#plain;
    if (plain === null) return null;
    if (status < REDIRECTION && this.#isWithoutBody) {
      this.#open.add(originOf(plain));
      return this.#prepared(plain, credentials);
    }
    if (status !== UNAUTHORIZED || authenticate === null) return null;
    const challenge = challengeIn(authenticate);
    if (challenge === null) return null;
    const origin = originOf(plain);
    // A second refusal is one, but for a nonce that has grown old meanwhile.
    if (this.#sessions.has(origin) && (!challenge.isStale || this.#isRenewed)) {
      this.#sessions.delete(origin);
      return null;
    }
    this.#isRenewed = this.#sessions.has(origin);
    this.#sessions.set(origin, sessionOf(challenge, credentials));
    return this.#prepared(plain, credentials);
  }

  #prepared(request: PreparedRequest, { user }: DigestCredentials): PreparedRequest {
    const session = this.#sessions.get(originOf(request));
    const headers = [...request.message.headers];
    if (session !== undefined) headers.push('authorization', authorizationOf(request, session, user));
    const { body: whole } = request.message;
    // Whoever asks for a nonce would send the body twice.
    this.#isWithoutBody = whole !== null && session === undefined && !this.#open.has(originOf(request));
    const body = this.#isWithoutBody ? null : whole;
    const message = { ...request.message, headers, body };
    return { ...request, message, template: requestTemplate(originOf(request), message) };
  }
}

function originOf({ endpoint }: PreparedRequest): string {
  return endpoint?.origin ?? '';
}

function sessionOf(challenge: Challenge, { user, password }: DigestCredentials): Session {
  const { hash, isSession, realm, nonce } = challenge;
  const cnonce = randomBytes(CNONCE_BYTES).toString('hex');
  const ofUser = hashed(hash, `${asBytes(user)}:${realm}:${asBytes(password)}`);
  const secret = isSession ? hashed(hash, `${ofUser}:${nonce}:${cnonce}`) : ofUser;
  return { challenge, cnonce, secret, count: 0 };
}

function authorizationOf({ message }: PreparedRequest, session: Session, user: string): string {
  const { challenge, cnonce, secret } = session;
  const { hash, algorithm, isSession, realm, nonce, opaque, hasQop, hidesUser } = challenge;
  const { method, path } = message;
  const count = (++session.count).toString(16).padStart(NONCE_COUNT_DIGITS, '0');
  const ofRequest = hashed(hash, `${method}:${path}`);
  const between = hasQop ? `${nonce}:${count}:${cnonce}:auth` : nonce;
  const response = hashed(hash, `${secret}:${between}:${ofRequest}`);
  const username = hidesUser ? hashed(hash, `${asBytes(user)}:${realm}`) : asBytes(user);
  const fields = [
    `username="${inQuotes(username)}"`,
    `realm="${inQuotes(realm)}"`,
    `nonce="${inQuotes(nonce)}"`,
    `uri="${path}"`,
    ...(hasQop || isSession ? [`cnonce="${cnonce}"`] : []),
    ...(hasQop ? [`nc=${count}`, 'qop=auth'] : []),
    `response="${response}"`,
    ...(opaque === null ? [] : [`opaque="${inQuotes(opaque)}"`]),
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(hidesUser ? ['userhash=true'] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}

/** Texts are hashed byte by byte: in Latin-1, as header fields have them. */
function hashed(hash: string, latin1: string): string {
  return createHash(hash).update(latin1, 'latin1').digest('hex');
}

function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function inQuotes(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
