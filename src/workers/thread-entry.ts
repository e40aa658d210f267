import type { MessagePort } from 'node:worker_threads';
import { portChannel } from './channels.ts';
import { serveShard } from './serve-shard.ts';

/** The one long task of a pool's thread. */
export default function runThread(port: MessagePort): Promise<void> {
  return serveShard(portChannel(port), 'thread');
}
