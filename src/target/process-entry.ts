import { createReferenceServer } from './server.ts';

// Ctrl-C reaches the whole process group; whoever started this server says when it ends, by leaving.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
const server = await createReferenceServer();
process.send?.(server.url);
