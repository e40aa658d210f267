import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { type WatchedLoad, watch } from './watched-load.ts';
import { ZerosServer } from './zeros-server.ts';

/**
 * Memory against numbers: a million connections one after the other, a million answers of 64 KiB, 50 answers of 1 GB
 * at once, by each client, in processes, so that what the coordinator and each worker hold is seen apart.
 * Usage: memory [PART], the part of these numbers that is tried: 1 by default, 0.1 for a tenth.
 */
const MILLION = 1_000_000;
const GB = 1_000_000_000;
/** A port can be used again only after a while: with so many addresses there is always another one. */
const ADDRESSES = 100;

const part = Number(process.argv[2] ?? '1');
if (!(part > 0 && part <= 1)) throw new Error(`'${process.argv[2]}' is no part: give one such as 0.1`);
const server = await ZerosServer.start();
const addresses = Array.from({ length: ADDRESSES }, (_, index) => `127.0.0.${index + 1}`);
const spread = ['--resolve', `127.0.0.1:${server.port}:${addresses.join(',')}`];
const many = Math.ceil(MILLION * part);
const LOADS: readonly WatchedLoad[] = [
  {
    what: `${many.toLocaleString('en')} connections`,
    path: '/close/11',
    requests: many,
    args: ['-c', '50', ...spread],
    isConnectionEach: true,
  },
  {
    what: `${many.toLocaleString('en')} answers of 64 KiB`,
    path: '/65536',
    requests: many,
    args: ['-c', '50'],
  },
  {
    what: `50 answers of ${(GB * part).toLocaleString('en')} bytes at once`,
    path: `/${Math.ceil(GB * part)}`,
    requests: 50,
    args: ['-c', '50'],
  },
];
let isGood = true;
for (const load of LOADS) {
  for (const client of CLIENT_NAMES) {
    const args = [...load.args, '--client', client, '--mode', 'processes', '-w', '2'];
    isGood = (await watch({ ...load, what: `${client}: ${load.what}`, args }, server)) && isGood;
  }
}
server.close();
process.exitCode = isGood ? 0 : 1;
