import { createSocket, type Socket } from 'node:dgram';
import { reasonOf } from '../../protocol/errors.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { CoarseLatency } from './coarse-latency.ts';

const LATENCIES = ['response', 'service', 'wait'] as const;
const PERCENTILES = ['p50Ms', 'p99Ms'] as const;

/** Where metrics are sent. */
export interface StatsdAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Counts so far by metric name. */
type Counts = Readonly<Record<string, number>>;

/**
 * Sends the counts since the last datagram, and the latencies so far, to a StatsD server once a second. A datagram that
 * does not arrive is lost, as always with StatsD.
 */
export class StatsdPusher {
  readonly #to: StatsdAddress;
  readonly #snapshot: () => Snapshot | null;
  readonly #say: (sentence: string) => void;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #sent: Counts = {};
  #hasFailed = false;

  /** @param say is called with the first problem only; the run goes on */
  constructor(to: StatsdAddress, snapshot: () => Snapshot | null, say: (sentence: string) => void) {
    this.#to = to;
    this.#snapshot = snapshot;
    this.#say = say;
    this.#socket = createSocket(to.hostname.includes(':') ? 'udp6' : 'udp4');
    this.#socket.on('error', (error) => this.#fail(error));
    this.#timer = setInterval(() => void this.#push(), MS_PER_SECOND);
    this.#timer.unref();
  }

  /** Sends what remains, and closes. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#push();
    this.#socket.close();
  }

  #push(): Promise<void> {
    const snapshot = this.#snapshot();
    if (snapshot === null) return Promise.resolve();
    const counts = countsOf(snapshot);
    const text = renderStatsd(counts, this.#sent, gaugesOf(snapshot));
    this.#sent = counts;
    if (text === '') return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.send(text, this.#to.port, this.#to.hostname, (error) => {
        if (error !== null) this.#fail(error);
        resolve();
      });
    });
  }

  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { hostname, port } = this.#to;
    this.#say(
      `--live statsd: nothing can be sent to ${hostname} port ${port} (${reasonOf(error)}); the run goes on.`,
    );
  }
}

/** A datagram: counters with their increase, gauges with their value. */
function renderStatsd(counts: Counts, before: Counts, gauges: Counts): string {
  const counters = Object.entries(counts).flatMap(([name, count]) => {
    const grown = count - (before[name] ?? 0);
    return grown === 0 ? [] : [`volley.${name}:${grown}|c`];
  });
  return [...counters, ...Object.entries(gauges).map(([name, value]) => `volley.${name}:${value}|g`)].join(
    '\n',
  );
}

function countsOf({ sent, ok, failed, ended }: Snapshot): Counts {
  return {
    'requests.sent': sent,
    'requests.ok': ok,
    'requests.failed': failed,
    'requests.dropped': ended - sent,
  };
}

/** In milliseconds, accurate to 0.8 %. */
function gaugesOf({ tallies }: Snapshot): Counts {
  const gauges = LATENCIES.flatMap((kind) => {
    const soFar = new CoarseLatency(tallies.map(({ latencies }) => latencies[kind])).soFar();
    return PERCENTILES.flatMap((name): [string, number][] => {
      const valueMs = soFar[name];
      const metric = `latency.${kind}.${name.replace('Ms', '')}`;
      return valueMs === null
        ? []
        : [
            [metric, Number(valueMs.toPrecision(4))],
            [`${metric}_is_lower_bound`, Number(soFar.atLeast.includes(name))],
          ];
    });
  });
  return Object.fromEntries(gauges);
}
