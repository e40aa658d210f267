import { CLIENT_NAMES, WORKER_MODES } from '../../src/protocol/plan.ts';
import { MS_PER_MINUTE, MS_PER_SECOND, msToSeconds } from '../../src/protocol/units.ts';
import { type WatchedLoad, watch } from './watched-load.ts';
import { ZerosServer } from './zeros-server.ts';

/**
 * Memory over minutes: loads that open a connection for each request, take large answers, or go on for long. What a
 * process holds in the second quarter of its load is to be what it holds in the last.
 * Usage: soak [MINUTES], 30 by default, shared out over the loads.
 */
const DEFAULT_MINUTES = 30;
const SHORTEST_SECONDS = 4;
/** Starting and ending a load belong to its share. */
const AROUND_SECONDS = 2;

interface Soak extends Omit<WatchedLoad, 'path'> {
  readonly path: (seconds: number) => string;
  /** Its part of the whole time. */
  readonly share: number;
}

const LOADS: readonly Soak[] = [
  {
    what: 'a connection for each request, ended by the target',
    path: () => '/close/11',
    share: 2,
    args: ['-c', '50'],
    isConnectionEach: true,
  },
  {
    what: '--no-keepalive',
    path: () => '/11',
    share: 1,
    args: ['-c', '50', '--no-keepalive'],
    isConnectionEach: true,
  },
  { what: 'answers of 64 KiB', path: () => '/65536', share: 2, args: ['-c', '20'] },
  {
    what: '50 answers at once that last as long as the load',
    path: (seconds) => `/for/${seconds * MS_PER_SECOND}`,
    share: 1,
    requests: 50,
    args: ['-c', '50'],
  },
  { what: 'answers of 20 MB', path: () => '/20000000', share: 1, args: ['-c', '50'] },
  { what: 'short answers', path: () => '/11', share: 2, args: ['-c', '50'] },
];

const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
if (!(minutes > 0)) throw new Error(`'${process.argv[2]}' are no minutes: give a number such as 5`);
const shares = CLIENT_NAMES.length * LOADS.reduce((sum, { share }) => sum + share, 0);
const server = await ZerosServer.start();
const startedMs = performance.now();
let isGood = true;
for (const [turn, client] of CLIENT_NAMES.entries()) {
  for (const [index, { what, path, share, args, ...load }] of LOADS.entries()) {
    const seconds = Math.max(
      SHORTEST_SECONDS,
      Math.round((msToSeconds(minutes * MS_PER_MINUTE) * share) / shares - AROUND_SECONDS),
    );
    // Each load in two of the modes, one for each client.
    const mode = WORKER_MODES[(index + turn) % WORKER_MODES.length] ?? 'threads';
    isGood =
      (await watch(
        {
          ...load,
          what: `${client}, ${mode}: ${what}`,
          path: path(seconds),
          args: [...args, '--client', client, '--mode', mode],
          seconds,
        },
        server,
      )) && isGood;
  }
}
server.close();
const tookSeconds = Math.round(msToSeconds(performance.now() - startedMs));
console.log(`${tookSeconds} s in all, of ${Math.round(msToSeconds(minutes * MS_PER_MINUTE))} s asked for`);
process.exitCode = isGood ? 0 : 1;
