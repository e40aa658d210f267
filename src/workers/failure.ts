import { codeOf, messageOf } from '../protocol/errors.ts';
import type { ErrorKind } from '../protocol/report.ts';
import type { ConnectionPhase } from './clients/connection.ts';

/** What is known of a request that got no complete response. */
export interface FailureFacts {
  readonly error: Error;
  readonly phase: ConnectionPhase;
  /** The head of the response had arrived. */
  readonly hasHead: boolean;
  /** The target had ended the connection. */
  readonly endedByTarget: boolean;
}

export interface Failure {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly example: string;
}

// This machine ran out of something; the target has no part in it.
const GENERATOR_CODES = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_NODATA']);
const CONNECTION_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
// What the parser says where bytes end too early; every other complaint of it is about what the bytes are.
const END_TOO_EARLY_CODES = new Set(['HPE_INVALID_EOF_STATE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

/** Puts a failure under exactly one kind (docs/metrics.md has the table). */
export function classifyFailure({ error, phase, hasHead, endedByTarget }: FailureFacts): Failure {
  const message = messageOf(error);
  const code = codeOf(error) || error.name;
  const failure = (kind: ErrorKind, example = message): Failure => ({ kind, code, example });
  if (GENERATOR_CODES.has(code)) return failure('generator');
  if (DNS_CODES.has(code)) return failure('dns');
  if (code === 'ETIMEDOUT') return failure('timeout');
  if (phase === 'securing') return failure('tls');
  if (phase !== 'open') return failure('connect');
  const ended = hasHead ? 'truncated' : 'reset';
  if (END_TOO_EARLY_CODES.has(code)) return failure(endedByTarget || hasHead ? ended : 'protocol');
  if (CONNECTION_CODES.has(code) && (endedByTarget || code !== 'UND_ERR_SOCKET')) {
    const how = code === 'UND_ERR_SOCKET' ? 'closed' : 'reset';
    return failure(ended, `the target ${how} the connection ${hasHead ? 'in the middle of the body' : 'before it answered'}`);
  }
  return failure('protocol');
}
