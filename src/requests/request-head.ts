import { wholeRequestsTo } from '../protocol/dial.ts';
import type { ConnectionSettings, Endpoint } from '../protocol/endpoint.ts';
import type { Message } from '../protocol/message.ts';
import { forProxy } from './for-proxy.ts';

/** Content of the head of an HTTP/1.1 request. */
interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** The value of `host`, unless it is among the fields. */
  readonly host: string;
  /** Name and value of each field, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly bodyLength: number;
}

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);
const CLOSE = /(^|,)[\t ]*close[\t ]*(,|$)/i;

/** Whether a `connection` field asks to close the connection. */
export function saysClose(value: string): boolean {
  return CLOSE.test(value);
}

/** Whether a request has a `content-length`. */
export function saysLength(method: string, bodyLength: number): boolean {
  return bodyLength > 0 || METHODS_WITH_BODY.has(method);
}

/** The head as sent on the wire (RFC 9112, 3), including the empty line; text is Latin-1. */
export function requestHead(
  { method, path, host, fields, bodyLength }: RequestHead,
  asksToClose: boolean,
): string {
  let hostField = host;
  let closes = asksToClose;
  let others = '';
  for (const [name, value] of fields) {
    const lowerCase = name.toLowerCase();
    if (lowerCase === 'host') hostField = value;
    else if (lowerCase === 'connection') closes ||= saysClose(value);
    else others += `${name}: ${value}\r\n`;
  }
  return (
    `${method} ${path} HTTP/1.1\r\nhost: ${hostField}\r\n` +
    `connection: ${closes ? 'close' : 'keep-alive'}\r\n${others}` +
    `${saysLength(method, bodyLength) ? `content-length: ${bodyLength}\r\n` : ''}\r\n`
  );
}

/** A request's head for display; HTTP/2 sends the same fields in compressed form. */
export function shownHead(
  message: Message,
  endpoint: Endpoint | null,
  { protocol, routes }: Pick<ConnectionSettings, 'protocol' | 'routes'>,
): string {
  const { method, body } = message;
  const origin = endpoint?.origin ?? '';
  const proxy = endpoint === null ? null : wholeRequestsTo({ ...endpoint, protocol, routes });
  const { path, headers } = proxy === null ? message : forProxy(message, origin, proxy);
  const fields = pairsOf(headers);
  const bodyLength = body?.length ?? 0;
  const head = requestHead({ method, path, host: new URL(origin).host, fields, bodyLength }, false);
  if (protocol === 'http/1.1') return head;
  return head.replace(' HTTP/1.1\r\n', ' HTTP/2\r\n').replace(/^connection: .*\r\n/m, '');
}

function pairsOf(headers: readonly string[]): (readonly [name: string, value: string])[] {
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : [],
  );
}
