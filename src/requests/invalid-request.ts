import { NOT_IN_A_HEADER, TOKEN } from './header-text.ts';
import { isSecretHeader } from './secret-headers.ts';

/** A filled-in request that cannot be sent. */
export class InvalidRequest extends Error {
  readonly code: 'URL' | 'CREDENTIALS' | 'PATH' | 'HEADER';

  constructor(code: InvalidRequest['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Everything that no request line holds, and the beginning of a fragment. */
const NOT_IN_A_PATH = /[^\x21\x22\x24-\x7e]/;
const CONTROLS = /\p{Cc}/gu;
const SHOWN_CHARACTERS = 80;
// Two of a kind would contradict each other, or the client says it itself.
const CLIENT_HEADERS = new Set(['content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect']);

/** Whether a header is the client's to say, in lower case. */
export function isClientHeader(name: string): boolean {
  return CLIENT_HEADERS.has(name);
}

/** @throws InvalidRequest where a filled-in path cannot be sent */
export function checkPath(path: string): void {
  if (NOT_IN_A_PATH.test(path))
    throw new InvalidRequest('PATH', `the path ${shown(path)} has a character that no path may have`);
}

/** @throws InvalidRequest where filled-in headers cannot be sent; they are flat: name, value, name, value */
export function checkHeaders(headers: readonly string[]): void {
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (!TOKEN.test(name)) throw new InvalidRequest('HEADER', `${shown(name)} is not a header name`);
    if (isClientHeader(name.toLowerCase()))
      throw new InvalidRequest('HEADER', `the header ${shown(name)} is set by the client itself`);
    if (NOT_IN_A_HEADER.test(value))
      throw new InvalidRequest(
        'HEADER',
        `the header value ${isSecretHeader(name) ? `of ${name}` : shown(value)} has a character that no header may have`,
      );
  }
}

/** A piece of a request as a sentence shows it. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return `'${cut.replace(CONTROLS, '\ufffd')}'`;
}
