import type { ErrorAdvice } from '../../protocol/report.ts';
import type { Naming } from './naming.ts';

export const ADVICE: Readonly<Record<ErrorAdvice, (naming: Naming) => string>> = {
  'client-certificate': ({ option }) =>
    `name a client certificate with ${option('cert')} and ${option('key')}`,
  'client-certificate-refused': ({ option }) =>
    `it may not accept the client certificate of ${option('cert')}`,
  'client-certificate-if-wanted': ({ option }) =>
    `it may want a client certificate (${option('cert')} and ${option('key')})`,
  'server-name': (naming) => `ask for another name with ${naming.option('sni')}, ${orAnyCertificate(naming)}`,
  authority: (naming) =>
    `name the authority to trust with ${naming.option('cacert')}, ${orAnyCertificate(naming)}`,
  'certificate-dates': (naming) => `check its dates and this machine's clock, ${orAnyCertificate(naming)}`,
  'lower-tls-min': ({ setting }) => `try ${setting('tls-min', '1.2')}`,
  'with-https': () => 'try https://',
  'with-http2': ({ option }) => `try ${option('http2')}`,
  'without-http2': ({ option }) => `leave ${option('http2')} out`,
  'with-http2-if-only': ({ option }) => `if it speaks only HTTP/2, try ${option('http2')}`,
  'with-h2c': ({ option }) => `try ${option('h2c')}`,
  'with-http1': ({ option }) => `leave ${option('h2c')} and ${option('http2')} out`,
  'with-http1-if-only': ({ option }) =>
    `if it speaks only HTTP/1.1, leave ${option('h2c')} and ${option('http2')} out`,
  'without-keepalive': ({ option }) =>
    `with ${option('no-keepalive')} each request has a connection of its own`,
  'closes-idle': ({ option }) =>
    `it may close connections that are idle (${option('no-keepalive')} gives each request one of its own)`,
  'use-undici': ({ setting }) => `use ${setting('client', 'undici')}`,
  'wire-reads-it': ({ setting }) => `${setting('client', 'wire')} does`,
  'see-what-wire-says': ({ setting }) => `see what ${setting('client', 'wire')} says about it`,
};

/** An error in words, with what can be done about it. */
export function withAdvice(text: string, advice: ErrorAdvice | undefined, naming: Naming): string {
  return advice === undefined ? text : `${text}: ${ADVICE[advice](naming)}`;
}

function orAnyCertificate({ option, short }: Naming): string {
  const names = [...new Set([short('insecure', 'k'), option('insecure')])].join('/');
  return `or accept any certificate with ${names}`;
}
