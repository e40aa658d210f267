import { isIP } from 'node:net';
import { nodeCrypto } from '../../../machine/crypto.ts';
import type { TlsSettings } from '../../../protocol/endpoint.ts';
import { LARGEST_PEM_BYTES } from '../../files/read-up-to.ts';
import type { ConnectionOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { readTextOf } from '../read-text.ts';
import { given, phrase, the } from '../words.ts';

const VERSIONS = { '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' } as const;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const HOST_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i;

/** Reads the options of a TLS handshake and the files that they name; problems are noted. */
export function parseTls(options: ConnectionOptions, problems: Problems): TlsSettings {
  const { cacert, sni, tlsMin } = options;
  const version = tlsMin === undefined ? null : problems.choice('tls-min', tlsMin, ['1.2', '1.3'] as const);
  if (sni !== undefined && (!HOST_NAME.test(sni) || isIP(sni) !== 0))
    problems.add(phrase`${the('sni')} ${given(sni)}: give a host name, such as example.org, not an address.`);
  return {
    ca: cacert === undefined ? null : authoritiesIn(cacert, problems),
    ...parseIdentity(options, problems),
    servername: sni ?? null,
    minVersion: version === null ? null : VERSIONS[version],
  };
}

/**
 * Notes a server name that no connection can ask for. Other options of TLS are often said of everything, and may be
 * there for later; a name is that of one server.
 */
export function checkServerName(
  { sni, proxy }: ConnectionOptions,
  requests: readonly { readonly target: { readonly origin: string }; readonly maxRedirects: number }[],
  problems: Problems,
): void {
  if (sni === undefined || requests.length === 0 || /^https:/i.test(proxy ?? '')) return;
  // A redirect may lead to https.
  if (requests.every(({ target, maxRedirects }) => target.origin.startsWith('http:') && maxRedirects === 0))
    problems.add(
      phrase`${the('sni')} ${given(sni)} with an 'http://' URL: a server name is sent over TLS only: give an https:// URL, or leave it out.`,
    );
}

/** Reads the client's certificate and its key. */
function parseIdentity(
  { cert, key }: ConnectionOptions,
  problems: Problems,
): Pick<TlsSettings, 'cert' | 'key'> {
  const [one, other] = cert === undefined ? [the('key'), the('cert')] : [the('cert'), the('key')];
  if ((cert === undefined) !== (key === undefined)) {
    problems.add(
      phrase`${one} ${given(cert ?? key)} needs ${other}: a client certificate is the two together.`,
    );
  }
  const pem = (option: string, path: string | undefined): string | null =>
    path === undefined ? null : readTextOf(option, path, problems, LARGEST_PEM_BYTES);
  return checkedIdentity({ cert, key }, { cert: pem('cert', cert), key: pem('key', key) }, problems);
}

/**
 * Checks what the files of a certificate and of its key hold.
 *
 * @param paths the files, as they were named
 * @returns the texts; null for what was not given or cannot be used
 */
export function checkedIdentity(
  paths: Pick<ConnectionOptions, 'cert' | 'key'>,
  pem: Pick<TlsSettings, 'cert' | 'key'>,
  problems: Problems,
): Pick<TlsSettings, 'cert' | 'key'> {
  const cert = pem.cert === null ? null : certificatesIn('cert', paths.cert, pem.cert, problems);
  const key = pem.key === null ? null : keyIn(paths.key, pem.key, problems);
  if (cert !== null && key !== null && !belong(cert, key))
    problems.add(
      phrase`${the('key')} ${given(paths.key)} is not the key of ${the('cert')} ${given(paths.cert)}: give the two that belong together.`,
    );
  return { cert, key };
}

function authoritiesIn(path: string, problems: Problems): string | null {
  const pem = readTextOf('cacert', path, problems, LARGEST_PEM_BYTES);
  return pem === null ? null : certificatesIn('cacert', path, pem, problems);
}

function certificatesIn(
  option: string,
  path: string | undefined,
  pem: string,
  problems: Problems,
): string | null {
  try {
    const { X509Certificate } = nodeCrypto();
    const certificates = (pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
    if (certificates.length > 0) return pem;
  } catch {
    // Reported in the same way as no certificate.
  }
  problems.add(
    phrase`${the(option)} ${given(path)} holds no certificate in PEM form: give a file with -----BEGIN CERTIFICATE-----.`,
  );
  return null;
}

function keyIn(path: string | undefined, pem: string, problems: Problems): string | null {
  try {
    nodeCrypto().createPrivateKey(pem);
    return pem;
  } catch {
    problems.add(
      pem.includes('ENCRYPTED')
        ? phrase`${the('key')} ${given(path)} is encrypted: give a file with the key without a passphrase.`
        : phrase`${the('key')} ${given(path)} holds no private key in PEM form: give a file with -----BEGIN PRIVATE KEY-----.`,
    );
    return null;
  }
}

function belong(certPem: string, keyPem: string): boolean {
  const { createPrivateKey, X509Certificate } = nodeCrypto();
  const key = createPrivateKey(keyPem);
  return new X509Certificate(certPem).checkPrivateKey(key);
}
