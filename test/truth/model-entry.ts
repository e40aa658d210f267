import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockModel } from '../../src/target/model/model-server.ts';
import { DEFAULT_MODEL } from '../../src/target/model/settings.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { ID_HEADER, type ModelAnswer, type ModelReply, type ModelRequest } from './model-log.ts';

/** Each token event has the mock's own stamps, and nothing else has. */
const STAMPS = /"mock":/g;

const clock = createMonotonicClock();
let model = new MockModel(DEFAULT_MODEL);
let answers: ModelAnswer[] = [];
let underWay = 0;
/** When nothing is under way any more. */
let onIdle = (): void => {};

const server = createServer((request, response) => {
  answers.push(watched(request, response));
  if (!model.handle(request, response)) response.writeHead(404).end();
});

/** Stamps what is written, whatever the mock itself says of it. */
function watched(request: IncomingMessage, response: ServerResponse): ModelAnswer {
  const arrivedMs = clock.nowMs();
  const tokensMs: number[] = [];
  const id = Number(request.headers[ID_HEADER]);
  const answer = { id, arrivedMs, tokensMs, goneAfterMs: null as number | null };
  const write = response.write.bind(response);
  Object.assign(response, {
    write: (text: string): boolean => {
      const nowMs = clock.nowMs();
      for (const _stamp of text.matchAll(STAMPS)) tokensMs.push(nowMs);
      return write(text);
    },
  });
  underWay++;
  response.once('close', () => {
    if (!response.writableEnded) answer.goneAfterMs = clock.nowMs() - arrivedMs;
    if (--underWay === 0) onIdle();
  });
  return answer;
}

function reply(message: ModelReply): void {
  process.send?.(message);
}

process.on('message', async (message: unknown) => {
  const request = message as ModelRequest;
  if (request.type === 'log') {
    // Where volley has gone away, the machine may be too busy for this process to have seen it.
    onIdle = (): void => reply({ type: 'log', answers });
    if (underWay === 0) onIdle();
    return;
  }
  onIdle = (): void => {};
  model = new MockModel({ ...DEFAULT_MODEL, ...request.settings });
  answers = [];
  if (!server.listening)
    await once(server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }), 'listening');
  reply({ type: 'ready', port: (server.address() as AddressInfo).port });
});
// Ctrl-C reaches the whole process group.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
