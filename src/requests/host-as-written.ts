const AUTHORITY = /^(?:[a-z][a-z\d+.-]*:\/\/)?(?:[^@/?#]*@)?(\[[\da-f:.]+\]|[\w.-]+)(?::\d*)?$/i;
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
/** An address of version 4 within one of version 6, as the URL standard writes it. */
const OLD_WITHIN_NEW = /^(::(?:ffff:)?)([\da-f]{1,4}):([\da-f]{1,4})$/;
const BITS_PER_BYTE = 8;
const BYTE = 0xff;

/**
 * What curl says in `host` of a URL's scheme and authority, where that is not what follows from the URL: capitals of a
 * name stay, and so does an address of version 6, unless it can be written shorter. Null where it is the same.
 */
export function hostAsWritten(authority: string): string | null {
  const [, name = ''] = AUTHORITY.exec(authority) ?? [];
  const url = URL.parse(SCHEME.test(authority) ? authority : `http://${authority}`);
  if (url === null) return null;
  const written = name.startsWith('[') ? addressAsWritten(name, url.hostname) : name;
  if (url.hostname === written) return null;
  if (!name.startsWith('[') && url.hostname !== name.toLowerCase()) return null;
  return url.port === '' ? written : `${written}:${url.port}`;
}

/** Both in brackets. */
function addressAsWritten(given: string, standard: string): string {
  const [, before = '', high = '', low = ''] = OLD_WITHIN_NEW.exec(standard.slice(1, -1)) ?? [];
  const quads = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> BITS_PER_BYTE, value & BYTE];
  });
  const short = before === '' ? standard : `[${before}${quads.join('.')}]`;
  return short.length < given.length ? short : given;
}
