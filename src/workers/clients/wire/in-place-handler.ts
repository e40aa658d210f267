import type { ReadBytes } from '../../connections/read-bytes.ts';
import type { AnswerHandler } from '../dispatcher.ts';

/**
 * A handler that takes a body's bytes where they were read, instead of a copy: they are valid during the
 * call only. It is not told what the fields of a response say, so that nobody has to read them; over HTTP/1.1 it
 * may have the text of the head.
 */
export interface InPlaceHandler extends AnswerHandler {
  /** Whether the text of each head is wanted, before `onResponseStart`. */
  readonly wantsHead: boolean;
  onHead(text: string): void;
  onResponseBytes(bytes: ReadBytes, from: number, to: number): void;
}

/** What a handler that takes bytes in place is told of fields. */
export const NO_FIELDS = Object.freeze({});

export function isInPlace(handler: AnswerHandler): handler is InPlaceHandler {
  return 'onResponseBytes' in handler;
}
