import { createReferenceServer } from './server.ts';

// Ctrl-C reaches the whole process group; this server ends when its parent disconnects.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));
const server = await createReferenceServer();
process.send?.(server.url);
