import { processChannel } from './channels.ts';
import { serveShard } from './serve-shard.ts';

// Ctrl-C reaches the whole process group: the coordinator decides, and tells by message.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// No worker outlives its coordinator; at the end of a run it is the worker itself that disconnects.
process.on('disconnect', () => process.exit(0));
await serveShard(processChannel(process), 'process');
