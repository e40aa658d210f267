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
 * been handed over, because exiting right after a send would lose it.
 */
export function processChannel(child: NodeJS.Process): WorkerChannel {
  let underWay = 0;
  let closing = false;
  const disconnectIfDone = (): void => {
    if (closing && underWay === 0 && child.connected) child.disconnect?.();
  };
  const sent = (): void => {
    underWay--;
    disconnectIfDone();
  };
  return {
    post: (message: WorkerMessage) => {
      underWay++;
      child.send?.(message, undefined, undefined, sent);
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
