import type { MessagePort } from 'node:worker_threads';
import { allWritten } from '../machine/diverted-output.ts';
import { portChannel } from './channels.ts';
import { serveShard } from './serve-shard.ts';

/** The single long-running task of a pool thread. */
export default async function runThread(port: MessagePort): Promise<void> {
  await serveShard(portChannel(port), 'thread').done;
  await allWritten(process.stderr);
}
