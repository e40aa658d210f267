import { codeOf, messageOf } from '../../protocol/errors.ts';
import type { ErrorAdvice, ErrorKind } from '../../protocol/report.ts';
import { InvalidRequest } from '../../requests/invalid-request.ts';
import { StreamEnded } from '../clients/stream-ended.ts';
import { explainedRefusal } from '../clients/undici/undici-refusal.ts';
import type { Peer } from '../connections/counterpart.ts';
import type { ConnectionPhase, Course } from '../connections/link.ts';
import { misfit } from './misfit.ts';

/** What is known of a request without a complete response. */
interface FailureFacts {
  readonly error: Error;
  readonly phase: ConnectionPhase;
  /** The response's head had arrived. */
  readonly hasHead: boolean;
  /** The target had ended the connection. */
  readonly endedByTarget: boolean;
  /** Absent where nothing is known of it. */
  readonly peer?: Peer;
  /** Null before the connection was dialled. */
  readonly course?: Course | null;
  /** NaN if it was not sent. */
  readonly sentMs?: number;
}

interface Advised {
  readonly advice?: ErrorAdvice;
}

interface Failure extends Advised {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly example: string;
}

// This machine ran out of something, or may not send there: not the target's fault.
const GENERATOR_CODES = new Set(['NOT_ALLOWED', 'EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);
const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_NODATA']);
/** A connection that waited as long for its next request may have been closed for that. */
const LEAST_IDLE_MS = 10;
const CONNECTION_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
/** Assigns a failure to exactly one kind (table in docs/metrics.md). */
export function classifyFailure(facts: FailureFacts): Failure {
  const { error, phase, hasHead, endedByTarget, peer, course = null } = facts;
  const alert = course?.alert ?? null;
  if (alert !== null)
    return { kind: 'tls', code: codeOf(alert), example: readable(alert), ...adviceOf(alert) };
  const message = readable(error);
  const code = codeOf(error) || error.name;
  const failure = (kind: ErrorKind, example = message): Failure => ({
    kind,
    code,
    example,
    ...(kind === 'reset' ? adviceOnEnd(facts) : adviceOf(error)),
  });
  if (error instanceof InvalidRequest) return failure('request');
  if (GENERATOR_CODES.has(code)) return failure('generator');
  if (DNS_CODES.has(code)) return failure('dns');
  if (code === 'ETIMEDOUT') return failure('timeout');
  if (phase === 'securing') return failure('tls');
  if (phase !== 'open') return failure('connect');
  const spoken = hasHead || peer === undefined ? null : misfit(course?.firstWords ?? null, peer);
  if (spoken !== null) return { kind: 'protocol', ...spoken };
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
  return failure(hasHead ? 'truncated' : 'reset', `${nameOf(peer)} ${how} the connection ${where}`);
}

function nameOf(peer: Peer | undefined): string {
  return peer === undefined || peer.proxy === null ? 'the target' : `the proxy ${peer.proxy}`;
}

/** What can be done where the other side ended an open connection, or a stream, without an answer. */
function adviceOnEnd({ error, peer, course = null, sentMs = Number.NaN }: FailureFacts): Advised {
  if (peer === undefined || course === null) return {};
  if (codeOf(error).endsWith('_HTTP_1_1_REQUIRED'))
    return { advice: peer.protocol === 'h2' ? 'without-http2' : 'with-http1' };
  if (peer.isSecure && !course.hasReceived) {
    // With TLS 1.3 it is only now that the target can reject a client certificate.
    if (peer.hasCertificate) return { advice: 'client-certificate-refused' };
    if (codeOf(error) === 'SILENT_END') return { advice: 'client-certificate-if-wanted' };
    return course.isAgreed ? {} : { advice: 'with-http2-if-only' };
  }
  if (course.answers === 0) return {};
  if (peer.proxy !== null) return { advice: 'without-keepalive' };
  // Over HTTP/2 a target says before which request it closes.
  const wasIdle = peer.protocol === 'http/1.1' && sentMs - course.answeredAtMs >= LEAST_IDLE_MS;
  return wasIdle ? { advice: 'closes-idle' } : {};
}

/** The advice that an error carries, if any. */
function adviceOf({ advice }: Error & { readonly advice?: ErrorAdvice | undefined }): Advised {
  return advice === undefined ? {} : { advice };
}

/** The message without details that only OpenSSL's and Node's authors can use. */
function readable(error: Error): string {
  const reason: unknown = 'reason' in error ? error.reason : undefined;
  const message = typeof reason === 'string' && reason !== '' ? reason : messageOf(error);
  return message.replace(' - Local (undefined:undefined)', '').trim();
}
