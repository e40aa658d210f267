/** A server's Digest challenge; texts are Latin-1, without quotation marks. */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  /** As written; null if absent, which means MD5. */
  readonly algorithm: string | null;
  /** Node's name for it. */
  readonly hash: string;
  readonly isSession: boolean;
  /** Whether requests are counted (`qop=auth`); older servers do not support it. */
  readonly hasQop: boolean;
  /** Only the nonce has expired; the credentials are not refused. */
  readonly isStale: boolean;
  /** The server accepts a hash of the user name. */
  readonly hidesUser: boolean;
}

const HASHES: Readonly<Record<string, string>> = {
  md5: 'md5',
  'sha-256': 'sha256',
  'sha-512-256': 'sha512-256',
};

const PIECE = /([A-Za-z][\w-]*) +(?=[\w-]+ *=)|([\w-]+) *= *(?:"((?:\\.|[^"\\])*)"|([^\s,"]*))/g;

/** The first challenge in comma-joined `www-authenticate` fields that we can answer; null if there is none. */
export function challengeIn(authenticate: string): Challenge | null {
  const digests: Map<string, string>[] = [];
  let fields: Map<string, string> | null = null;
  for (const [, scheme, name = '', quoted, plain = ''] of authenticate.matchAll(PIECE)) {
    if (scheme === undefined) {
      fields?.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
    } else {
      fields = scheme.toLowerCase() === 'digest' ? new Map() : null;
      if (fields !== null) digests.push(fields);
    }
  }
  return digests.map(challengeOf).find((challenge) => challenge !== null) ?? null;
}

function challengeOf(fields: ReadonlyMap<string, string>): Challenge | null {
  const algorithm = fields.get('algorithm') ?? null;
  const [, name = '', session] = /^(.*?)(-sess)?$/.exec((algorithm ?? 'MD5').toLowerCase()) ?? [];
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  const qop = fields.get('qop');
  const hasQop = qop !== undefined && /(?:^|,)\s*auth\s*(?:,|$)/i.test(qop);
  const nonce = fields.get('nonce');
  if (hash === undefined || nonce === undefined || (qop !== undefined && !hasQop)) return null;
  return {
    realm: fields.get('realm') ?? '',
    nonce,
    opaque: fields.get('opaque') ?? null,
    algorithm,
    hash,
    isSession: session !== undefined,
    hasQop,
    isStale: fields.get('stale')?.toLowerCase() === 'true',
    hidesUser: fields.get('userhash')?.toLowerCase() === 'true',
  };
}
