import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import type { Destination, TlsSettings } from '../../protocol/endpoint.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { ErrorAdvice } from '../../protocol/report.ts';

// OpenSSL calls some of them 'SSL/TLS alert …', and those of TLS extensions no alerts.
const ALERT = /^ERR_SSL_(?:[\w/]*?_ALERT_|TLSV1_)/;
const NO_COMMON_PROTOCOL = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
// Servers send one of many alerts for a missing or rejected client certificate.
const ABOUT_A_CERTIFICATE = /certificate|unknown ca|access denied|handshake failure/;

/** OpenSSL's errors for bytes that are not TLS at all. */
const NOT_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);
/** What to do about a certificate, where it is not that nobody vouches for it. */
const CERTIFICATE_ADVICE: Readonly<Record<string, ErrorAdvice>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'server-name',
  CERT_HAS_EXPIRED: 'certificate-dates',
  CERT_NOT_YET_VALID: 'certificate-dates',
};
const ABOUT_THE_VERSION = 'protocol version';

/** A failed handshake, with advice on what to do. */
class HandshakeError extends Error {
  readonly code: string;
  readonly advice: ErrorAdvice | undefined;

  constructor(message: string, code: string, advice: ErrorAdvice | undefined, cause?: Error) {
    super(message, { cause });
    this.code = code;
    this.advice = advice;
  }
}

/** Node's TLS; a worker without it starts ten milliseconds earlier. */
export function nodeTls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}

export function isSecured(socket: Socket): socket is TLSSocket {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

/** Shared by all handshakes of a worker: reading the trust store for each would cost more than the handshake. */
export function secureContextOf({ secure, tls }: Pick<Destination, 'secure' | 'tls'>): SecureContext | null {
  if (!secure) return null;
  const { ca, cert, key, minVersion } = tls;
  return nodeTls().createSecureContext({
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
    ...(minVersion === null ? {} : { minVersion }),
  });
}

/** Options of one handshake; whatever is connected to, the certificate must match the URL's name or `--sni`. */
export function handshakeOptions(
  { hostname, insecure, tls, protocol }: Pick<Destination, 'hostname' | 'insecure' | 'tls' | 'protocol'>,
  secureContext: SecureContext | null,
): ConnectionOptions {
  // SNI omits the final dot of a fully qualified name (RFC 6066, 3).
  const name = (tls.servername ?? hostname).replace(/\.$/, '');
  return {
    ALPNProtocols: [protocol === 'h2' ? 'h2' : 'http/1.1'],
    rejectUnauthorized: !insecure,
    checkServerIdentity: (_dialled, certificate) => nodeTls().checkServerIdentity(name, certificate),
    // SNI takes names only, not addresses.
    servername: isIP(name) === 0 ? name : '',
    ...(secureContext === null ? {} : { secureContext }),
  };
}

/** Begins a handshake over an open connection. */
export function secure(
  socket: Socket,
  target: Parameters<typeof handshakeOptions>[0],
  secureContext: SecureContext | null,
): TLSSocket {
  return nodeTls().connect({ socket, ...handshakeOptions(target, secureContext) });
}

/** An error if HTTP/2 was asked for and the target did not agree to it; else null. */
export function protocolRefusal(
  socket: TLSSocket,
  { protocol }: Pick<Destination, 'protocol'>,
): Error | null {
  if (protocol !== 'h2' || socket.alpnProtocol === 'h2') return null;
  return noHttp2();
}

/** Whether the target ended the connection with a TLS alert, in the handshake or later. */
export function isAlert({ code }: NodeJS.ErrnoException): boolean {
  return code !== undefined && ALERT.test(code) && code !== NO_COMMON_PROTOCOL;
}

/** The target's alert, with its name and advice. */
export function explainedAlert(error: NodeJS.ErrnoException, { tls }: Pick<Destination, 'tls'>): Error {
  const code = String(error.code);
  const name = code.replace(ALERT, '').replaceAll('_', ' ').toLowerCase();
  return new HandshakeError(
    `the target ended TLS with the alert '${name}'`,
    code,
    adviceOnAlert(name, tls),
    error,
  );
}

function adviceOnAlert(name: string, { cert, minVersion }: TlsSettings): ErrorAdvice | undefined {
  if (name === ABOUT_THE_VERSION) return minVersion === 'TLSv1.3' ? 'lower-tls-min' : undefined;
  if (!ABOUT_A_CERTIFICATE.test(name)) return undefined;
  return cert === null ? 'client-certificate' : 'client-certificate-refused';
}

/** A handshake's error, with advice. */
export function explainedHandshake(
  error: NodeJS.ErrnoException,
  socket: TLSSocket,
  { protocol, tls }: Pick<Destination, 'protocol' | 'tls'>,
): Error {
  const { code = error.name } = error;
  // It agreed to a handshake, and not to HTTP/2.
  if (error instanceof HandshakeError) return error;
  if (code === NO_COMMON_PROTOCOL) return protocol === 'h2' ? noHttp2(error) : noHttp1(error);
  if (code === 'ECONNRESET') {
    const refused = tls.cert === null ? undefined : 'client-certificate-refused';
    return new HandshakeError('the target ended the connection in the TLS handshake', code, refused, error);
  }
  if (NOT_TLS.has(code))
    return new HandshakeError(`what the target sent is not TLS (${reasonOf(error)})`, code, undefined, error);
  // Set if the target's certificate was the problem; the type claims it is always set.
  const unverified: unknown = socket.authorizationError;
  if (unverified === undefined || unverified === null) return error;
  const advice = CERTIFICATE_ADVICE[code] ?? 'authority';
  // Node's own advice is for people who run Node directly.
  const why = messageOf(error)
    .replace(/; if the root CA is installed locally.*$/, '')
    .replace(/[:.\s]+$/, '');
  return new HandshakeError(why, code, advice, error);
}

/** Why, in OpenSSL's words. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : messageOf(error);
}

function noHttp1(cause: Error): Error {
  return new HandshakeError(
    'the target did not agree to HTTP/1.1 in the TLS handshake (ALPN)',
    'NO_HTTP1',
    'with-http2',
    cause,
  );
}

function noHttp2(cause?: Error): Error {
  return new HandshakeError(
    'the target did not agree to HTTP/2 in the TLS handshake (ALPN)',
    'NO_HTTP2',
    'without-http2',
    cause,
  );
}
