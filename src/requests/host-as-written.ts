const AUTHORITY = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:[^@/?#]*@)?(\[[\da-f:.]+\]|[\w.%-]+)(?::\d*)?$/i;
const ENCODED = /%([\da-f]{2})/gi;
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
/** An IPv4-mapped IPv6 address, as written by the URL standard. */
const OLD_WITHIN_NEW = /^(::(?:ffff:)?)([\da-f]{1,4}):([\da-f]{1,4})$/;
const BITS_PER_BYTE = 8;
const BYTE = 0xff;

/**
 * The `host` that curl sends for a URL's scheme and authority, if it differs from what follows from the URL: capitals
 * in a name stay, and so does an IPv6 address, unless it can be written shorter. Null if it does not differ.
 */
export function hostAsWritten(authority: string): string | null {
  const [, found = ''] = AUTHORITY.exec(authority) ?? [];
  const name = found.replace(ENCODED, (_octet, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const url = URL.parse(SCHEME.test(authority) ? authority : `http://${authority}`);
  if (url === null) return null;
  const written = name.startsWith('[') ? addressAsWritten(name, url.hostname) : name;
  if (url.hostname === written) return null;
  if (!name.startsWith('[') && url.hostname !== name.toLowerCase()) return null;
  return url.port === '' ? written : `${written}:${url.port}`;
}

/** The origin with its host as the `host` field writes it, where both are the same but for capitals. */
export function withHostOf(origin: string, field: string | null): string {
  const from = origin.indexOf('//') + 2;
  const isSame = field !== null && field.length > 0 && field.toLowerCase() === origin.slice(from);
  return isSame ? origin.slice(0, from) + field : origin;
}

/** Both addresses are in brackets. */
function addressAsWritten(given: string, standard: string): string {
  const [, before = '', high = '', low = ''] = OLD_WITHIN_NEW.exec(standard.slice(1, -1)) ?? [];
  const quads = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> BITS_PER_BYTE, value & BYTE];
  });
  const short = before === '' ? standard : `[${before}${quads.join('.')}]`;
  return short.length < given.length ? short : given;
}
