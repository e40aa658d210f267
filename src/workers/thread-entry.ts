import type { MessagePort } from 'node:worker_threads';
import { portChannel } from './channels.ts';
import { serveShard } from './serve-shard.ts';

/** The single long-running task of a pool thread. */
export default function runThread(port: MessagePort): Promise<void> {
  return serveShard(portChannel(port), 'thread').done;
}
