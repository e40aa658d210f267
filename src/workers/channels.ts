import type { MessagePort } from 'node:worker_threads';
import type { CoordinatorMessage, WorkerChannel, WorkerMessage } from '../protocol/messages.ts';

/** A thread's end of the channel; buffers are moved. */
export function portChannel(port: MessagePort): WorkerChannel {
  return {
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage: (handler) => {
      port.on('message', handler);
    },
    close: () => port.close(),
  };
}

/**
 * A child process's end of the channel; everything is copied. It disconnects only after the last message has
 * been handed over, because exiting right after a send would lose it. Nobody else in the process has the channel, since
 * code of users might send by it too, or close it.
 */
export function processChannel(child: NodeJS.Process): WorkerChannel {
  const send = child.send?.bind(child);
  const disconnect = child.disconnect?.bind(child);
  Object.assign(child, { send: undefined, disconnect: undefined });
  let underWay = 0;
  let closing = false;
  const disconnectIfDone = (): void => {
    if (closing && underWay === 0 && child.connected) disconnect?.();
  };
  const sent = (): void => {
    underWay--;
    disconnectIfDone();
  };
  return {
    post: (message: WorkerMessage) => {
      underWay++;
      send?.(message, undefined, undefined, sent);
    },
    onMessage: (handler) => {
      child.on('message', (message) => handler(message as CoordinatorMessage));
    },
    close: () => {
      closing = true;
      disconnectIfDone();
    },
  };
}
