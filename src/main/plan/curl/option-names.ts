/** Options of curl by letter. */
export const LETTERS: Readonly<Record<string, string>> = {
  '0': 'http1.0',
  '1': 'tlsv1',
  '2': 'sslv2',
  '3': 'sslv3',
  '4': 'ipv4',
  '6': 'ipv6',
  '#': 'progress-bar',
  ':': 'next',
  a: 'append',
  A: 'user-agent',
  b: 'cookie',
  B: 'use-ascii',
  c: 'cookie-jar',
  C: 'continue-at',
  d: 'data',
  D: 'dump-header',
  e: 'referer',
  E: 'cert',
  f: 'fail',
  F: 'form',
  g: 'globoff',
  G: 'get',
  h: 'help',
  H: 'header',
  i: 'include',
  I: 'head',
  j: 'junk-session-cookies',
  J: 'remote-header-name',
  k: 'insecure',
  K: 'config',
  l: 'list-only',
  L: 'location',
  m: 'max-time',
  M: 'manual',
  n: 'netrc',
  N: 'no-buffer',
  o: 'output',
  O: 'remote-name',
  p: 'proxytunnel',
  P: 'ftp-port',
  q: 'disable',
  Q: 'quote',
  r: 'range',
  R: 'remote-time',
  s: 'silent',
  S: 'show-error',
  t: 'telnet-option',
  T: 'upload-file',
  u: 'user',
  U: 'proxy-user',
  v: 'verbose',
  V: 'version',
  w: 'write-out',
  x: 'proxy',
  X: 'request',
  y: 'speed-time',
  Y: 'speed-limit',
  z: 'time-cond',
  Z: 'parallel',
};

/** Supported options that take a value. */
export const WITH_VALUE = [
  'url',
  'url-query',
  'request',
  'request-target',
  'header',
  'data',
  'data-ascii',
  'data-raw',
  'data-binary',
  'data-urlencode',
  'json',
  'form',
  'form-string',
  'user',
  'oauth2-bearer',
  'cookie',
  'user-agent',
  'referer',
  'range',
  'continue-at',
  'max-redirs',
  'max-time',
  'cacert',
  'cert',
  'cert-type',
  'key',
  'key-type',
  'proxy',
  'proxy-user',
  'noproxy',
  'proto-default',
  'proto',
  'proto-redir',
  'max-filesize',
  'resolve',
  'connect-to',
  'unix-socket',
  'upload-file',
  'config',
] as const;

/** Supported options that take no value. */
export const WITHOUT_VALUE = [
  'head',
  'get',
  'location',
  'location-trusted',
  'post301',
  'post302',
  'post303',
  'follow',
  'insecure',
  'proxytunnel',
  'compressed',
  'http1.1',
  'http2',
  'http2-prior-knowledge',
  'tlsv1.2',
  'tlsv1.3',
  'globoff',
  'path-as-is',
  'basic',
  'digest',
  'form-escape',
  'junk-session-cookies',
  'disallow-username-in-url',
] as const;

/** A supported option of curl, by its long name. */
export type CurlOptionName = (typeof WITH_VALUE)[number] | (typeof WITHOUT_VALUE)[number];

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Options that do not affect a request: what curl prints and where, how it waits and retries, other protocols. */
export const PASSED_OVER: {
  readonly withValue: readonly string[];
  readonly withoutValue: readonly string[];
} = {
  withValue: words(`
    output output-dir write-out stderr dump-header cookie-jar etag-save trace trace-ascii trace-config libcurl
    create-file-mode connect-timeout keepalive-time keepalive-cnt expect100-timeout happy-eyeballs-timeout-ms
    retry retry-delay retry-max-time limit-rate speed-limit speed-time rate parallel-max parallel-max-host egd-file random-file
    ip-tos vlan-priority ssl-sessions
    ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode mail-auth mail-from mail-rcpt
    sasl-authzid tftp-blksize telnet-option hostpubmd5 hostpubsha256 pubkey login-options krb knownhosts
    upload-flags quote
  `),
  withoutValue: words(`
    retry-connrefused retry-all-errors silent show-error verbose include show-headers remote-name remote-name-all remote-header-name remote-time
    fail fail-with-body fail-early progress-bar progress-meter buffer keepalive tcp-nodelay tcp-fastopen mptcp
    disable styled-output trace-time trace-ids ssl ssl-reqd ftp-ssl ftp-ssl-reqd
    ssl-no-revoke ssl-revoke-best-effort ssl-allow-beast ssl-auto-client-cert false-start sessionid alpn npn
    tlsv1 tlsv1.0 tlsv1.1 create-dirs clobber remove-on-error skip-existing xattr raw http0.9 out-null
    suppress-connect-headers compressed-ssh parallel parallel-immediate
    proxy-basic ipv4 ipv6 metalink append list-only use-ascii ftp-create-dirs ftp-pasv ftp-pret
    ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control disable-eprt disable-epsv mail-rcpt-allowfails sasl-ir
    tftp-no-options
  `),
};

/** Options that volley cannot follow as curl does, and what to do about each. */
export const REFUSED: readonly {
  readonly reason: string;
  readonly withValue: readonly string[];
  readonly withoutValue: readonly string[];
}[] = [
  {
    reason: 'volley speaks HTTP/1.1 and HTTP/2: leave it out.',
    withValue: [],
    withoutValue: words('http1.0 http3 http3-only'),
  },
  {
    reason: 'volley does Basic, Digest and bearer tokens: use --basic, --digest or --oauth2-bearer.',
    withValue: words('aws-sigv4 delegation service-name'),
    withoutValue: words('anyauth ntlm ntlm-wb negotiate'),
  },
  {
    reason: 'files of passwords are not read: give --user.',
    withValue: words('netrc-file'),
    withoutValue: words('netrc netrc-optional'),
  },
  {
    reason: 'volley uses http:// proxies, with Basic authorization: use --proxy.',
    withValue: words(`
      preproxy proxy1.0 socks4 socks4a socks5 socks5-hostname socks5-gssapi-service proxy-header proxy-cacert
      proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-key proxy-key-type proxy-pass
      proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword
      proxy-tlsuser
    `),
    withoutValue: words(`
      socks5-basic socks5-gssapi socks5-gssapi-nec proxy-anyauth proxy-digest proxy-ntlm proxy-negotiate
      proxy-insecure proxy-tlsv1 proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-ca-native proxy-http2
    `),
  },
  {
    reason: 'volley cannot change the TLS handshake in this way: leave it out.',
    withValue: words(`
      capath crlfile pass ciphers tls13-ciphers curves sigalgs tls-max pinnedpubkey tlsauthtype tlspassword
      tlsuser engine ech
    `),
    withoutValue: words('cert-status sslv2 sslv3 ca-native tls-earlydata dump-ca-embed'),
  },
  {
    reason: 'volley begins a connection with nothing but TLS or HTTP: leave it out.',
    withValue: words('haproxy-clientip'),
    withoutValue: words('haproxy-protocol'),
  },
  {
    reason: 'to choose where connections go, use --resolve, --connect-to or --unix-socket.',
    withValue: words(`
      abstract-unix-socket interface local-port dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url
      ipfs-gateway
    `),
    withoutValue: words('doh-insecure doh-cert-status'),
  },
  {
    reason: 'it depends on files of earlier answers: give the header that it makes with --header.',
    withValue: words('time-cond etag-compare alt-svc hsts'),
    withoutValue: [],
  },
  {
    reason:
      'each part of it has options of its own: give each to a run of its own, or make them the requests of a plan (mix).',
    withValue: [],
    withoutValue: words('next'),
  },
  {
    reason: 'it sends no request: leave it out.',
    withValue: [],
    withoutValue: words('help manual version'),
  },
  {
    reason: 'volley cannot do that: leave it out, or write what it stands for.',
    withValue: words(`
      variable expand-url expand-data expand-data-raw expand-data-binary expand-data-urlencode expand-json
      expand-header expand-user expand-user-agent expand-cookie expand-referer expand-output expand-request
      expand-form expand-form-string expand-url-query expand-oauth2-bearer expand-upload-file
    `),
    withoutValue: words('crlf ignore-content-length tr-encoding'),
  },
];
