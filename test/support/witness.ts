import { createServer } from 'node:http';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { listening } from './target.ts';

interface Seen {
  readonly number: number;
  /** The sender's address. */
  readonly from: string;
  /** On the monotonic clock of this machine. */
  readonly atMs: number;
}

export interface Witness {
  /** With a request's number at its end. */
  readonly url: string;
  readonly port: number;
  /** What has come, in order. */
  readonly seen: readonly Seen[];
  /** From here on it has seen nothing. */
  forget(): void;
  /** Numbers that came more than once. */
  readonly twice: () => number[];
  close(): void;
}

/** A target that sees which request came when; `/redirect` leads elsewhere. */
export async function startWitness(
  path = '/',
  {
    redirectsTo = '',
    address = '127.0.0.1',
    delayMs = 0,
  }: { readonly redirectsTo?: string; readonly address?: string; readonly delayMs?: number } = {},
): Promise<Witness> {
  const clock = createMonotonicClock();
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { url = '' } = request;
    const from = request.socket.remoteAddress ?? '';
    seen.push({ number: Number(url.split('=')[1]), from, atMs: clock.nowMs() });
    if (url.startsWith('/redirect'))
      response.writeHead(302, { location: `${redirectsTo}/there?n=${url.split('=')[1]}` });
    if (delayMs === 0) response.end('x');
    else setTimeout(() => response.end('x'), delayMs);
  });
  const port = await listening(server, address);
  return {
    url: `http://${address}:${port}${path}?n={{n}}`,
    port,
    seen,
    forget: () => {
      seen.length = 0;
    },
    twice: () => {
      const counts = new Map<number, number>();
      for (const { number } of seen) counts.set(number, (counts.get(number) ?? 0) + 1);
      return [...counts].flatMap(([number, count]) => (count > 1 ? [number] : []));
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
