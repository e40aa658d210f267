import type { Cookie } from '../../../protocol/cookie.ts';
import { CurlJar } from '../../../requests/curl-jar.ts';

const HTTP_ONLY = '#HttpOnly_';
const MS_PER_SECOND = 1_000;
/** Seconds that curl's numbers do not hold. */
const TOO_LATE = 2 ** 63;

/**
 * The cookies of files, as curl reads and sends them. All texts are byte texts.
 *
 * @param nowSeconds since 1970; cookies that have expired by then are ignored
 */
export class CookieFiles {
  /** The cookies that have not expired. */
  readonly jar = new CurlJar();
  readonly #nowSeconds: number;
  /** Leaves out session cookies, which have no expiry. */
  readonly #withoutSession: boolean;

  constructor(nowSeconds: number, withoutSession: boolean) {
    this.#nowSeconds = nowSeconds;
    this.#withoutSession = withoutSession;
  }

  /** Adds the cookies of a file; returns false if a line is a `Set-Cookie` header, which is not supported. */
  add(text: string): boolean {
    const lines = text.split(/\r\n|[\r\n]/);
    for (const line of lines) this.#addLine(line);
    return !lines.some((line) => /^set-cookie:/i.test(line));
  }

  #addLine(written: string): void {
    const line = written.startsWith(HTTP_ONLY) ? written.slice(HTTP_ONLY.length) : written;
    if (line.startsWith('#')) return;
    const fields = line.split('\t').filter((field) => field !== '');
    // An empty path does not count as a field.
    if (/^(?:true|false)$/i.test(fields[2] ?? '')) fields.splice(2, 0, '/');
    const [domain = '', subdomains = '', path = '', secure = '', expires = '', name = '', value = ''] =
      fields;
    if (fields.length < 6 || fields.length > 7 || !/^-?\d/.test(expires)) return;
    const expiresSeconds = Number.parseInt(expires, 10);
    if (Math.abs(expiresSeconds) >= TOO_LATE) return;
    const cookie: Cookie = {
      domain: domain.replace(/^\./, '').toLowerCase(),
      // curl finds none of a domain without a dot for the hosts below it.
      isHostOnly: !/^true$/i.test(subdomains) || !domain.replace(/^\./, '').includes('.'),
      path: path.startsWith('/') ? path : '/',
      isSecure: /^true$/i.test(secure),
      name,
      value,
      expiresAtMs: expiresSeconds === 0 ? Number.POSITIVE_INFINITY : expiresSeconds * MS_PER_SECOND,
    };
    const isOver = expiresSeconds === 0 ? this.#withoutSession : expiresSeconds < this.#nowSeconds;
    if (!isOver && keepsItsPrefix(cookie)) this.jar.put(cookie);
  }
}

function keepsItsPrefix({ name, isSecure, path, isHostOnly }: Cookie): boolean {
  if (/^__secure-/i.test(name)) return isSecure;
  return !/^__host-/i.test(name) || (isSecure && path === '/' && isHostOnly);
}
