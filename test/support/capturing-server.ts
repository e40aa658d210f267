import { createServer, type Server, type Socket } from 'node:net';
import { withoutBlanks } from '../../src/requests/header-text.ts';
import { listening } from './target.ts';

/** A request as it came over the wire, without what names the tool and the connection. */
export interface Captured {
  readonly method: string;
  readonly target: string;
  /** `name: value` in lower case and in alphabetical order; a boundary is written BOUNDARY. */
  readonly headers: readonly string[];
  /** In Latin-1. */
  readonly body: string;
}

export interface CapturingServer {
  readonly port: number;
  /** What comes here is captured with the rest. */
  readonly otherPort: number;
  /** What has come since the last call, in order. */
  taken(): Captured[];
  close(): void;
}

/** Says only how the request was carried; a client of HTTP/1.1 may do as it likes. */
const OF_THE_CONNECTION =
  /^(?:connection: keep-alive|proxy-connection: .*|expect: 100-continue|content-length: 0)$/;
const OF_THE_TOOL = /^(?:user-agent: (?:curl|volley)\/.*|accept: \*\/\*)$/;
const BOUNDARY = /boundary=(-{24}[\da-f]{16})/g;

/**
 * Keeps what it is asked. `/redirect/302` and the like lead to `/done`, or where `?to=` says, and set the cookies of
 * `&set=`; all else is answered with 200.
 */
export async function startCapturing(): Promise<CapturingServer> {
  const captured: Captured[] = [];
  const servers: Server[] = [1, 2].map(() => createServer((socket) => capture(socket, captured)));
  const [port = 0, otherPort = 0] = await Promise.all(servers.map((server) => listening(server)));
  return {
    port,
    otherPort,
    taken: () => captured.splice(0),
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

function capture(socket: Socket, captured: Captured[]): void {
  let text = '';
  socket.on('error', () => {});
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
    for (;;) {
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const [requestLine = '', ...fields] = text.slice(0, headEnd).split('\r\n');
      const length = Number(/^content-length: *(\d+)$/im.exec(fields.join('\n'))?.[1] ?? 0);
      if (text.length < headEnd + 4 + length) {
        if (fields.some((field) => /^expect:/i.test(field))) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        return;
      }
      const body = text.slice(headEnd + 4, headEnd + 4 + length);
      text = text.slice(headEnd + 4 + length);
      captured.push(shaped(requestLine, fields, body));
      const status = /redirect\/(\d+)/.exec(requestLine)?.[1];
      const fieldLines = status === undefined ? '' : leading(requestLine);
      socket.write(`HTTP/1.1 ${status ?? 200} X\r\n${fieldLines}Content-Length: 0\r\n\r\n`, 'latin1');
    }
  });
}

function leading(requestLine: string): string {
  // What no request line can hold is written between parentheses: (20) is a blank.
  const to = (/[?&]to=([^& ]*)/.exec(requestLine)?.[1] ?? '/done').replace(
    /\(([\da-f]{2})\)/g,
    (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const cookies = requestLine.matchAll(/&set=([^& ]*)/g);
  return [`Location: ${to}`, ...Array.from(cookies, ([, cookie]) => `Set-Cookie: ${cookie}`), ''].join(
    '\r\n',
  );
}

function shaped(requestLine: string, fields: readonly string[], body: string): Captured {
  const [method = '', target = ''] = requestLine.split(' ');
  const text = fields.join('\n');
  const boundaries = [...`${text}\n${body}`.matchAll(BOUNDARY)].map((match) => match[1]!);
  const same = (from: string): string =>
    boundaries.reduce((changed, boundary) => changed.replaceAll(boundary, 'BOUNDARY'), from);
  return {
    method,
    target,
    headers: fields
      .map((field) => {
        const colon = field.indexOf(':');
        return `${field.slice(0, colon).toLowerCase()}: ${same(withoutBlanks(field.slice(colon + 1)))}`;
      })
      .filter((field) => !OF_THE_CONNECTION.test(field) && !OF_THE_TOOL.test(field))
      .sort(),
    body: same(body),
  };
}
