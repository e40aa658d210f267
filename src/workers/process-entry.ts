import { endProcess } from '../machine/ending-calls.ts';
import { processChannel } from './channels.ts';
import { serveShard } from './serve-shard.ts';

// Ctrl-C reaches the whole process group; the coordinator decides what to do and sends a message.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// A worker must not outlive its coordinator. At the end of a run the worker itself disconnects.
process.on('disconnect', () => endProcess(0));
await serveShard(processChannel(process), 'process').done;
