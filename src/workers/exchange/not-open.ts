import type { RequestStream } from '../clients/dispatcher.ts';

/** The shared connection was not open when one of its requests timed out: the others wait for the next attempt. */
export class NotOpenInTime extends Error {
  readonly code = 'VOLLEY_NOT_OPEN';
}

/** Stands for the stream of a request until it is handed over again. */
export const NO_STREAM: RequestStream = { end: () => {} };
