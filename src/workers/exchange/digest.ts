import { nodeCrypto, randomHex } from '../../machine/crypto.ts';
import type { DigestCredentials } from '../../protocol/request.ts';
import { requestTemplate } from '../clients/dispatcher.ts';
import { type Challenge, challengeIn } from './digest-challenge.ts';
import { type PreparedRequest, withParts } from './prepared-request.ts';

const REDIRECTION = 300;
const UNAUTHORIZED = 401;
const NONCE_COUNT_DIGITS = 8;
const CNONCE_BYTES = 16;

/** A server's nonce with its count, and what is computed once per nonce. */
interface Session {
  readonly challenge: Challenge;
  readonly cnonce: string;
  /** Hash of the credentials; with `-sess` it includes the nonces. */
  readonly secret: string;
  count: number;
}

/**
 * Digest authorization (RFC 7616) for one connection: the first request asks for a nonce, without its body as in
 * curl; the nonce is then reused with a rising count until the server sends another.
 */
export class DigestAuthorization {
  /** By origin, because each issues its own nonces. */
  readonly #sessions = new Map<string, Session>();
  /** Origins that answered without a challenge. */
  readonly #open = new Set<string>();
  #plain: PreparedRequest | null = null;
  #isRenewed = false;
  #isWithoutBody = false;

  /** The current request as in the plan; null before the first. */
  get plain(): PreparedRequest | null {
    return this.#plain;
  }

  /** The request with its authorization, or the request that asks for a nonce. */
  first(request: PreparedRequest, credentials: DigestCredentials): PreparedRequest {
    this.#plain = request;
    this.#isRenewed = false;
    return this.#prepared(request, credentials);
  }

  /**
   * The request with an authorization that answers the challenge; null without a challenge, or if the server refused
   * the authorization that was sent.
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
    // A second challenge is a refusal, unless only the nonce has expired.
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
    // With the body, asking for a nonce would send it twice.
    this.#isWithoutBody = whole !== null && session === undefined && !this.#open.has(originOf(request));
    const body = this.#isWithoutBody ? null : whole;
    const message = { ...request.message, headers, body };
    return withParts(request, { message, template: requestTemplate(originOf(request), message) });
  }
}

function originOf({ endpoint }: PreparedRequest): string {
  return endpoint?.origin ?? '';
}

function sessionOf(challenge: Challenge, { user, password }: DigestCredentials): Session {
  const { hash, isSession, realm, nonce } = challenge;
  const cnonce = randomHex(CNONCE_BYTES);
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

/** Texts are hashed as the Latin-1 bytes of header fields. */
function hashed(hash: string, latin1: string): string {
  return nodeCrypto().createHash(hash).update(latin1, 'latin1').digest('hex');
}

function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function inQuotes(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
