import { serveRound } from './serve-round.ts';

// Ctrl-C reaches the whole process group: the comparing process decides, and sends a message.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));
serveRound(process);
