import type { ReadBytes } from '../../connections/read-bytes.ts';
import type { AnswerHandler } from '../dispatcher.ts';

/**
 * A handler that takes a body's bytes in place instead of a copy: they are valid during the
 * call only. It does not get a response's fields, so they need not be parsed; over HTTP/1.1 it
 * can ask for the text of the head.
 */
export interface InPlaceHandler extends AnswerHandler {
  /** Whether it wants the text of each head, before `onResponseStart`. */
  readonly wantsHead: boolean;
  onHead(text: string): void;
  onResponseBytes(bytes: ReadBytes, from: number, to: number): void;
}

/** The fields passed to a handler that takes bytes in place. */
export const NO_FIELDS = Object.freeze({});

export function isInPlace(handler: AnswerHandler): handler is InPlaceHandler {
  return 'onResponseBytes' in handler;
}
