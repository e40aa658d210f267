import { HOST_FIELD, NOT_IN_A_HEADER, TOKEN } from './header-text.ts';
import { isSecretHeader } from './secret-names.ts';

/** A filled-in request that cannot be sent. */
export class InvalidRequest extends Error {
  readonly code: 'URL' | 'CREDENTIALS' | 'METHOD' | 'PATH' | 'HEADER' | 'BODY';

  constructor(code: InvalidRequest['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Matches characters not allowed in a request line, and the beginning of a fragment. */
const NOT_IN_A_PATH = /[^\x21\x22\x24-\x7e]/;
const HOST = 'host';
/** What to say of a `host` field that names no host. */
export const NO_HOST = 'is not a name or an address with or without a port';
const CONTROLS = /\p{Cc}/gu;
const SHOWN_CHARACTERS = 80;
// Headers that the client sends itself, or that would contradict a second one.
const CLIENT_HEADERS = new Set(['content-length', 'transfer-encoding', 'keep-alive', 'upgrade', 'expect']);

/** Whether the client sends a header itself; the name is in lower case. */
export function isClientHeader(name: string): boolean {
  return CLIENT_HEADERS.has(name);
}

/** Whether a text is a method that can be sent; CONNECT asks for a tunnel, and is not a request to the target. */
export function isMethod(text: string): boolean {
  return TOKEN.test(text) && text.toUpperCase() !== 'CONNECT';
}

/** @throws InvalidRequest if a filled-in method cannot be sent */
export function checkMethod(method: string): void {
  if (!isMethod(method))
    throw new InvalidRequest('METHOD', `${shown(method)} is not a method: give one such as GET or POST`);
}

/** @throws InvalidRequest if a filled-in path cannot be sent */
export function checkPath(path: string): void {
  if (NOT_IN_A_PATH.test(path))
    throw new InvalidRequest('PATH', `the path ${shown(path)} has a character that no path may have`);
}

/** @throws InvalidRequest if filled-in headers cannot be sent; they are flat: name, value, name, value */
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
    if (name.length === HOST.length && name.toLowerCase() === HOST && !HOST_FIELD.test(value))
      throw new InvalidRequest('HEADER', `the host ${shown(value)} ${NO_HOST}`);
  }
}

/** @throws InvalidRequest if a filled-in body is not the JSON that it is to be */
export function checkJsonBody(body: Uint8Array): void {
  if (!isJsonBody(body))
    throw new InvalidRequest(
      'BODY',
      'with its values the body is not JSON: put quotes around a placeholder that stands for text, and write {{raw name}} for one that stands for JSON',
    );
}

/** Whether a body can be read as JSON. */
export function isJsonBody(body: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(body));
    return true;
  } catch {
    return false;
  }
}

/** A piece of a request, formatted for messages. */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return `'${cut.replace(CONTROLS, '\ufffd')}'`;
}
