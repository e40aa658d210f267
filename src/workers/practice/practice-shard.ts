import type { LoadModel } from '../../protocol/load.ts';
import type { Message } from '../../protocol/message.ts';
import type { RequestPlan, RequestTemplates } from '../../protocol/request.ts';
import type { Shard } from '../../protocol/shard.ts';
import { CERTIFICATE } from './certificate.ts';

/** Enough for a request's code to be compiled and its object shapes to be known. */
const REQUESTS = 150;
/** Enough for a request's code to have run. What V8 then optimizes would come too late for a run of few requests. */
const FEWEST_REQUESTS = 50;
const MOST_CONNECTIONS = 4;
const MOST_BODY_BYTES = 16_384;
/** Far more than a worker can send: only the time limits practice. */
const RATE = { requests: 10, periodMs: 1 };

/** Requests like the shard's, with the same client and load, to a peer on local `port`. */
export function practiceShard(shard: Shard, port: number, timeoutMs: number): Shard {
  const { settings, load } = shard;
  const slots = shard.scenarios === undefined ? Math.min(shard.slots, MOST_CONNECTIONS) : MOST_CONNECTIONS;
  const { secure } = whereTo(shard);
  const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  const endpoint = { origin, hostname: '127.0.0.1', port, secure, addresses: [] };
  return {
    ...shard,
    index: 0,
    workers: 1,
    connections: Math.min(Math.max(1, shard.connections), slots),
    slots,
    maxSlots: slots,
    requests: practiceRequests(shard.requests),
    durationMs: null,
    windowEndMs: null,
    warmupMs: 0,
    timeoutMs,
    cpuWork: 0,
    load: practiceLoad(load),
    settings: {
      insecure: true,
      // With its own authority, the system's are not read.
      tls: { ca: CERTIFICATE.cert, cert: null, key: null, servername: null, minVersion: null },
      protocol: settings.protocol,
      routes: {
        resolve: [],
        connectTo: [],
        unixSocket: null,
        proxy: null,
        alwaysTunnels: false,
        spreads: false,
      },
    },
    mix: shard.mix.map(
      (plan): RequestPlan => ({
        ...plan,
        endpoint,
        message: fixed(plan.message, plan.templates),
        templates: null,
        digest: null,
      }),
    ),
    rows: null,
    numbering: { warmup: { type: 'range', first: 0 }, window: { type: 'range', first: 0 } },
    batch: undefined,
    scenarios: undefined,
  };
}

function practiceRequests(requests: number | null): number {
  return requests === null ? REQUESTS : Math.min(REQUESTS, Math.max(FEWEST_REQUESTS, requests));
}

/** The protocol of the first connections; if only rows determine it, the most common one. */
export function whereTo({ mix, settings }: Pick<Shard, 'mix' | 'settings'>): { readonly secure: boolean } {
  return { secure: mix[0]?.endpoint?.secure ?? settings.protocol === 'h2' };
}

/** Whether the answer to each request of practice has a body. */
export function allHaveBodies({ mix }: Pick<Shard, 'mix'>): boolean {
  return mix.every(({ message, templates }) => methodOf(message, templates) !== 'HEAD');
}

function practiceLoad(load: LoadModel): LoadModel {
  if (load.model === 'closed') return load;
  return { ...load, stages: [{ durationMs: null, from: RATE, to: RATE }] };
}

/** A request without the values from rows and numbers. */
function fixed(message: Message, templates: RequestTemplates | null): Message {
  const hasOpenPath = templates !== null && (templates.url !== null || templates.path !== null);
  return {
    ...message,
    method: methodOf(message, templates),
    path: hasOpenPath ? '/' : message.path,
    headers: templates?.headers === null || templates === null ? message.headers : [],
    body:
      templates?.body === null || templates === null
        ? (message.body?.subarray(0, MOST_BODY_BYTES) ?? null)
        : new Uint8Array(0),
  };
}

/** A method that rows determine is replaced. */
function methodOf({ method }: Message, templates: RequestTemplates | null): string {
  return templates !== null && templates.method !== null ? 'GET' : method;
}
