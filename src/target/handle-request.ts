import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { FAULTS } from './faults.ts';
import { answerFlaky } from './flaky.ts';
import { breakFraming, FRAMING_FAULTS } from './framing-faults.ts';
import type { MockModel } from './model/model-server.ts';
import type { TargetCounter } from './stats.ts';
import { STREAM_FAULTS } from './stream-faults.ts';

const HELLO = Buffer.from('hello world');
const LONGEST_DELAY_MS = 3_600_000;
const LARGEST_BODY = 1_073_741_824;
const BLOCK = Buffer.alloc(65_536, 'v');

/** `seen`: requests for the path so far, this one included. */
type Route = (argument: string, request: IncomingMessage, response: ServerResponse, seen: number) => void;

const STREAM_FAULT_NAMES = [...Object.keys(STREAM_FAULTS), ...Object.keys(FRAMING_FAULTS)];

const ROUTES: Readonly<Record<string, Route>> = {
  '': (_argument, _request, response) => answer(response, 200, HELLO),
  delay: (argument, _request, response) => {
    const delayMs = numberIn(argument, LONGEST_DELAY_MS);
    if (delayMs === null)
      return refuse(response, `/delay/${argument}: give milliseconds from 0 to ${LONGEST_DELAY_MS}`);
    setTimeout(() => answer(response, 200, HELLO), delayMs);
  },
  bytes: (argument, _request, response) => {
    const length = numberIn(argument, LARGEST_BODY);
    if (length === null)
      return refuse(response, `/bytes/${argument}: give a number from 0 to ${LARGEST_BODY}`);
    sendBytes(response, length);
  },
  status: (argument, _request, response) => {
    const status = numberIn(argument, 599);
    if (status === null || status < 200)
      return refuse(response, `/status/${argument}: give a status from 200 to 599`);
    answer(response, status, Buffer.from(STATUS_CODES[status] ?? String(status)));
  },
  echo: (_argument, request, response) => {
    response.setHeader('content-type', request.headers['content-type'] ?? 'application/octet-stream');
    request.pipe(response);
  },
  headers: (_argument, request, response) => {
    const { method, url, headers } = request;
    answer(response, 200, Buffer.from(JSON.stringify({ method, url, headers })), 'application/json');
  },
  flaky: answerFlaky,
  fault: (argument, request, response) => {
    const stream = streamOf(request);
    if (stream !== null) {
      failStream(argument, stream, response);
      return;
    }
    const fault = Object.hasOwn(FAULTS, argument) ? FAULTS[argument] : undefined;
    if (fault === undefined)
      return refuse(response, `/fault/${argument}: choose one of ${Object.keys(FAULTS).join(', ')}`);
    fault(request.socket, request, response);
  },
};

/** Answers a request, and counts it. */
export function handleRequest(
  counter: TargetCounter,
  request: IncomingMessage,
  response: ServerResponse,
  model: MockModel | null = null,
): void {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (path === '/stats') {
    answer(response, 200, Buffer.from(`${JSON.stringify(counter.snapshot())}\n`), 'application/json');
    return;
  }
  const stream = streamOf(request);
  const lane = stream ?? request.socket;
  const seen = counter.request(path, stream?.session ?? request.socket, lane);
  response.once('finish', () => counter.answered(lane));
  request.on('data', (chunk: Buffer) => counter.body(chunk.length));
  if (model?.handle(request, response) === true) return;
  const [name = '', ...rest] = path.slice(1).split('/');
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (route === undefined) answer(response, 404, Buffer.from(`no such path: ${path}\n`));
  else route(rest.join('/'), request, response, seen);
  // A fault bypasses the response object, whose end then means nothing.
  if (name === 'fault' && !path.startsWith('/fault/hang')) counter.answered(lane);
}

function failStream(name: string, stream: ServerHttp2Stream, response: ServerResponse): void {
  const ofStream = Object.hasOwn(STREAM_FAULTS, name) ? STREAM_FAULTS[name] : undefined;
  const ofFraming = Object.hasOwn(FRAMING_FAULTS, name) ? FRAMING_FAULTS[name] : undefined;
  if (ofStream !== undefined) ofStream(stream);
  else if (ofFraming === undefined)
    refuse(response, `/fault/${name}: with HTTP/2 choose one of ${STREAM_FAULT_NAMES.join(', ')}`);
  else if (!breakFraming(ofFraming, stream))
    refuse(response, `/fault/${name}: only with --h2c, and not on Windows`);
}

/** The stream of an HTTP/2 request; null for HTTP/1.1. */
function streamOf(
  request: IncomingMessage & { readonly stream?: ServerHttp2Stream },
): ServerHttp2Stream | null {
  return request.stream ?? null;
}

function answer(response: ServerResponse, status: number, body: Buffer, contentType = 'text/plain'): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}

function refuse(response: ServerResponse, message: string): void {
  answer(response, 400, Buffer.from(`${message}\n`));
}

function numberIn(text: string, max: number): number | null {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number <= max ? number : null;
}

/** Writes `length` bytes in blocks, at the reader's pace. */
function sendBytes(response: ServerResponse, length: number): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length });
  let left = length;
  const more = (): void => {
    while (left > 0) {
      const block = BLOCK.subarray(0, Math.min(left, BLOCK.length));
      left -= block.length;
      if (!response.write(block)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
