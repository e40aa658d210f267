import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, afterEach } from '@jest/globals';
import {
  createReferenceServer,
  type ReferenceServer,
  type ReferenceServerOptions,
} from '../../src/api/index.ts';

/** Reference servers of one test file; each is closed after its test. */
export function useTargets(): (options?: ReferenceServerOptions) => Promise<ReferenceServer> {
  const open: ReferenceServer[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  };
  afterEach(closeAll);
  afterAll(closeAll);
  return async (options) => {
    const server = await createReferenceServer(options);
    open.push(server);
    return server;
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await createReferenceServer();
  const { port } = server;
  await server.close();
  return port;
}

/** Makes a server listen on a free port of this machine, and says which. */
export async function listening(server: Server, address = '127.0.0.1'): Promise<number> {
  server.listen(0, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
