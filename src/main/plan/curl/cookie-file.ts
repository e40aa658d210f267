/** A cookie of a file in Netscape's form. */
interface FileCookie {
  readonly domain: string;
  /** Whether names below the domain get it too. */
  readonly hasSubdomains: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  readonly name: string;
  readonly value: string;
}

/** Where a cookie may go. */
export interface CookieTarget {
  /** In lower case. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly isSecure: boolean;
  /** Without a query. */
  readonly path: string;
}

const HTTP_ONLY = '#HttpOnly_';
const LOCAL = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * The cookies of files, as curl reads and says them. All texts are byte texts.
 *
 * @param nowSeconds since 1970; what has expired by then is no cookie any more
 */
export class CookieFiles {
  readonly #cookies: FileCookie[] = [];
  readonly #nowSeconds: number;
  /** Leaves out cookies of a session, which have no expiry. */
  readonly #withoutSession: boolean;

  constructor(nowSeconds: number, withoutSession: boolean) {
    this.#nowSeconds = nowSeconds;
    this.#withoutSession = withoutSession;
  }

  /** Takes the cookies of a file; false where a line is a `Set-Cookie` header, which is not read. */
  add(text: string): boolean {
    const lines = text.split(/\r\n|[\r\n]/);
    for (const line of lines) this.#addLine(line);
    return !lines.some((line) => /^set-cookie:/i.test(line));
  }

  /** What goes to a target, as the value of `cookie`; undefined where nothing does. */
  valueFor(target: CookieTarget): string | undefined {
    const matching = this.#cookies.filter((cookie) => goesTo(cookie, target));
    const sorted = matching.toSorted(
      (one, other) =>
        other.path.length - one.path.length ||
        other.domain.length - one.domain.length ||
        other.name.length - one.name.length,
    );
    return sorted.length === 0 ? undefined : sorted.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  #addLine(written: string): void {
    const line = written.startsWith(HTTP_ONLY) ? written.slice(HTTP_ONLY.length) : written;
    if (line.startsWith('#')) return;
    const fields = line.split('\t').filter((field) => field !== '');
    // An empty path is no field.
    if (/^(?:true|false)$/i.test(fields[2] ?? '')) fields.splice(2, 0, '/');
    const [domain = '', subdomains = '', path = '', secure = '', expires = '', name = '', value = ''] =
      fields;
    if (fields.length < 6 || fields.length > 7 || !/^-?\d/.test(expires)) return;
    const cookie: FileCookie = {
      domain: domain.replace(/^\./, '').toLowerCase(),
      hasSubdomains: /^true$/i.test(subdomains),
      path: path.startsWith('/') ? path.replace(/(?<=.)\/$/, '') : '/',
      isSecure: /^true$/i.test(secure),
      name,
      value,
    };
    const expiresSeconds = Number.parseInt(expires, 10);
    const isOver = expiresSeconds === 0 ? this.#withoutSession : expiresSeconds < this.#nowSeconds;
    if (!isOver && keepsItsPrefix(cookie)) this.#put(cookie);
  }

  /** A cookie of the same name and place takes the other's place. */
  #put(cookie: FileCookie): void {
    const place = this.#cookies.findIndex(
      ({ name, domain, path, hasSubdomains }) =>
        name === cookie.name &&
        domain === cookie.domain &&
        path === cookie.path &&
        hasSubdomains === cookie.hasSubdomains,
    );
    if (place < 0) this.#cookies.unshift(cookie);
    else this.#cookies[place] = cookie;
  }
}

function keepsItsPrefix({ name, isSecure, path, hasSubdomains }: FileCookie): boolean {
  if (/^__secure-/i.test(name)) return isSecure;
  return !/^__host-/i.test(name) || (isSecure && path === '/' && !hasSubdomains);
}

function goesTo({ domain, hasSubdomains, path, isSecure }: FileCookie, to: CookieTarget): boolean {
  if (isSecure && !to.isSecure && !LOCAL.has(to.host)) return false;
  const isBelow = hasSubdomains && !to.isAddress && to.host.endsWith(`.${domain}`);
  if (to.host !== domain && !isBelow) return false;
  return path === '/' || to.path === path || to.path.startsWith(`${path}/`);
}
