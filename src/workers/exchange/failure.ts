import { codeOf, messageOf } from '../../protocol/errors.ts';
import type { ErrorAdvice, ErrorKind } from '../../protocol/report.ts';
import { InvalidRequest } from '../../requests/invalid-request.ts';
import { StreamEnded } from '../clients/stream-ended.ts';
import { explainedRefusal } from '../clients/undici/undici-refusal.ts';
import type { ConnectionPhase } from '../connections/link.ts';

/** What is known of a request without a complete response. */
interface FailureFacts {
  readonly error: Error;
  readonly phase: ConnectionPhase;
  /** The response's head had arrived. */
  readonly hasHead: boolean;
  /** The target had ended the connection. */
  readonly endedByTarget: boolean;
  /** Its TLS alert, in words. */
  readonly alert?: Error | null;
}

interface Failure {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly example: string;
  readonly advice?: ErrorAdvice;
}

// This machine ran out of something, or may not send there: not the target's fault.
const GENERATOR_CODES = new Set(['NOT_ALLOWED', 'EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_NODATA']);
const CONNECTION_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
/** Assigns a failure to exactly one kind (table in docs/metrics.md). */
export function classifyFailure({
  error,
  phase,
  hasHead,
  endedByTarget,
  alert = null,
}: FailureFacts): Failure {
  if (alert !== null)
    return { kind: 'tls', code: codeOf(alert), example: readable(alert), ...adviceOf(alert) };
  const message = readable(error);
  const code = codeOf(error) || error.name;
  const failure = (kind: ErrorKind, example = message): Failure => ({
    kind,
    code,
    example,
    ...adviceOf(error),
  });
  if (error instanceof InvalidRequest) return failure('request');
  if (GENERATOR_CODES.has(code)) return failure('generator');
  if (DNS_CODES.has(code)) return failure('dns');
  if (code === 'ETIMEDOUT') return failure('timeout');
  if (phase === 'securing') return failure('tls');
  if (phase !== 'open') return failure('connect');
  if (error instanceof StreamEnded) return failure(hasHead ? 'truncated' : 'reset');
  // After the end of the connection there are no bytes to be invalid: the cause is the end itself.
  if (!endedByTarget && !CONNECTION_CODES.has(code)) {
    const refusal = explainedRefusal(error);
    if (refusal === null) return failure('protocol');
    const { text: example, ...advice } = refusal;
    return { kind: 'protocol', code, example, ...advice };
  }
  const how = code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'closed';
  const where = hasHead ? 'in the middle of the body' : 'before the head of its answer was complete';
  return failure(hasHead ? 'truncated' : 'reset', `the target ${how} the connection ${where}`);
}

/** The advice that an error carries, if any. */
function adviceOf({ advice }: Error & { readonly advice?: ErrorAdvice | undefined }): {
  advice?: ErrorAdvice;
} {
  return advice === undefined ? {} : { advice };
}

/** The message without details that only OpenSSL's and Node's authors can use. */
function readable(error: Error): string {
  const reason: unknown = 'reason' in error ? error.reason : undefined;
  const message = typeof reason === 'string' && reason !== '' ? reason : messageOf(error);
  return message.replace(' - Local (undefined:undefined)', '').trim();
}
