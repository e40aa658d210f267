import type { Socket } from 'node:net';

/** What is asked of undici's client. */
export interface Running {
  readonly stats: { readonly running: number };
}

/** Whether undici has given up this connection because of bytes that belong to no request. */
export function endedUnrequested(client: Running, { errored }: Socket): boolean {
  if (errored === null || client.stats.running > 0) return false;
  const { code = '' } = errored as NodeJS.ErrnoException;
  return code.startsWith('HPE_') || errored.message === 'bad response';
}

/** Whether undici has ended this connection itself, after an answer. */
export function endedAfterAnswer({ errored }: Socket): boolean {
  return (
    errored !== null &&
    (errored as NodeJS.ErrnoException).code === 'UND_ERR_INFO' &&
    errored.message === 'reset'
  );
}
