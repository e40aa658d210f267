import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockModel } from '../../src/target/model/model-server.ts';
import { DEFAULT_MODEL } from '../../src/target/model/settings.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import type { ModelAnswer, ModelReply, ModelRequest } from './model-log.ts';

/** Each token event has the mock's own stamps, and nothing else has. */
const STAMPS = /"mock":/g;

const clock = createMonotonicClock();
let model = new MockModel(DEFAULT_MODEL);
let answers: ModelAnswer[] = [];

const server = createServer((request, response) => {
  answers.push(watched(response));
  if (!model.handle(request, response)) response.writeHead(404).end();
});

/** Stamps what is written, whatever the mock itself says of it. */
function watched(response: ServerResponse): ModelAnswer {
  const arrivedMs = clock.nowMs();
  const tokensMs: number[] = [];
  const answer = { arrivedMs, tokensMs, goneAfterMs: null as number | null };
  const write = response.write.bind(response);
  Object.assign(response, {
    write: (text: string): boolean => {
      const nowMs = clock.nowMs();
      for (const _stamp of text.matchAll(STAMPS)) tokensMs.push(nowMs);
      return write(text);
    },
  });
  response.once('close', () => {
    if (!response.writableEnded) answer.goneAfterMs = clock.nowMs() - arrivedMs;
  });
  return answer;
}

function reply(message: ModelReply): void {
  process.send?.(message);
}

process.on('message', async (message: unknown) => {
  const request = message as ModelRequest;
  if (request.type === 'log') {
    reply({ type: 'log', answers });
    return;
  }
  model = new MockModel({ ...DEFAULT_MODEL, ...request.settings });
  answers = [];
  if (!server.listening)
    await once(server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }), 'listening');
  reply({ type: 'ready', port: (server.address() as AddressInfo).port });
});
// Ctrl-C reaches the whole process group.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
