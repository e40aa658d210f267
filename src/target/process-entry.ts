import { createReferenceServer } from './server.ts';

// Ctrl-C reaches the whole process group; whoever started this server says when it ends, by leaving.
process.on('SIGINT', () => {});
const server = await createReferenceServer();
process.on('disconnect', () => server.close().then(() => process.exit(0)));
process.send?.(server.url);
