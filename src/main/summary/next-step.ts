import type { NextStep } from '../../protocol/finding.ts';
import type { ErrorAdvice, ErrorKind } from '../../protocol/report.ts';
import type { ErrorSummary } from '../../protocol/summary.ts';
import type { Failed, FailureFacts } from './failing.ts';
import type { VerdictFacts } from './verdict-facts.ts';

/** What to do first, based on the most frequent failure. */
export function nextStep(
  { unanswered }: Failed,
  { errors, hasUsers, requests, proxy, connections }: FailureFacts & Pick<VerdictFacts, 'connections'>,
): NextStep {
  const [top] = errors.filter(({ kind }) => kind !== 'generator');
  const silent = unanswered.reduce((sum, { count }) => sum + count, 0);
  if (top === undefined || silent > top.count) {
    const areCut =
      hasUsers === true && requests.ok > 0 && unanswered.some(({ kind }) => kind === 'unfinished');
    return areCut ? 'give-graceful-stop' : STEPS.timeout;
  }
  const isMute = requests.ok === 0 && errors.every(({ kind }) => kind === 'reset');
  const aboutProxy = proxy === undefined ? null : proxyStep(top, proxy === 'takes-requests', isMute);
  const advised = top.advice === undefined ? undefined : BY_ADVICE[top.advice];
  return (
    aboutProxy ??
    advised ??
    BY_CODE[top.code] ??
    // Something in between drops what is sent there: no load is low enough for that, and no timeout long enough.
    (top.kind === 'timeout' && connections.opened === 0 ? STEPS.connect : null) ??
    (top.kind === 'status' ? statusStep(top.code) : STEPS[top.kind])
  );
}

const STEPS: Readonly<Record<ErrorKind, NextStep>> = {
  dns: 'check-name',
  connect: 'check-listening',
  tls: 'check-tls',
  timeout: 'lower-load-or-raise-timeout',
  reset: 'look-in-logs-for-resets',
  truncated: 'look-in-logs-for-resets',
  protocol: 'check-protocol',
  status: 'look-in-logs',
  expectation: 'look-at-answer',
  request: 'check-rows',
  aborted: 'look-in-logs',
  generator: 'look-in-logs',
  stream: 'look-in-logs',
  stalled: 'lower-load-or-raise-timeout',
};

/** Where what can be done says more than code and kind. */
const BY_ADVICE: Readonly<Partial<Record<ErrorAdvice, NextStep>>> = {
  'client-certificate': 'check-tls',
  'client-certificate-refused': 'check-tls',
  'with-https': 'try-https',
  'with-h2c': 'change-protocol',
  'with-http2': 'change-protocol',
  'with-http1': 'change-protocol',
  'with-http1-if-only': 'change-protocol',
  'without-http2': 'change-protocol',
  'closes-idle': 'raise-idle-limit',
};

/** Where a code says more than its kind. */
const BY_CODE: Readonly<Record<string, NextStep>> = {
  // The connection did not end it: the answer is another one than the preset reads.
  STREAM_CUT: 'look-at-answer',
  STREAM_EMPTY: 'look-at-answer',
  STREAM_ENCODED: 'look-at-answer',
  STREAM_USAGE: 'look-at-answer',
  // OpenSSL's errors for an answer that is not TLS at all.
  ERR_SSL_WRONG_VERSION_NUMBER: 'check-scheme',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'check-scheme',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'check-tls-version',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'check-tls-version',
  NO_STREAMS: 'look-in-logs',
  RST_STREAM_REFUSED_STREAM: 'look-in-logs-or-lower-load',
  RST_STREAM_ENHANCE_YOUR_CALM: 'look-in-logs-or-lower-load',
  GOAWAY_ENHANCE_YOUR_CALM: 'look-in-logs-or-lower-load',
  NO_HTTP1: 'change-protocol',
  NO_HTTP2: 'change-protocol',
};

/**
 * What failed at the proxy; null if it was at the target.
 *
 * @param isMute nothing was answered: all connections ended before
 */
function proxyStep(
  { kind, code, advice }: ErrorSummary,
  takesRequests: boolean,
  isMute: boolean,
): NextStep | null {
  const [, status = kind === 'status' ? code : ''] = /^PROXY_(\d{3})$/.exec(code) ?? [];
  if (status === '407') return 'check-proxy-credentials';
  // tinyproxy's for wrong ones. No target has been asked.
  if (code === 'PROXY_401') return 'check-proxy-credentials';
  if (code === 'NO_TUNNEL') return 'check-tunnel';
  if (kind === 'connect' || kind === 'dns') {
    if (status === '') return 'check-proxy';
    return status.startsWith('5') && status !== NOT_IMPLEMENTED ? 'check-behind-proxy' : 'check-proxy-rules';
  }
  if (!takesRequests) return null;
  if (kind === 'protocol') return 'check-proxy';
  if (advice === 'without-keepalive') return 'keep-no-proxy-connections';
  // So do those that speak TLS, of what is not.
  if (isMute) return 'check-proxy';
  if (kind === 'reset' || kind === 'truncated') return 'look-in-proxy-logs';
  return PROXYS_OWN.test(status) ? 'look-behind-proxy' : null;
}

const NOT_IMPLEMENTED = '501';
/** With these a proxy may say for itself that it does not understand, or may not or cannot reach the target. */
const PROXYS_OWN = /^(?:400|403|5\d\d)$/;

function statusStep(code: string): NextStep {
  if (code === '401' || code === '403') return 'check-credentials';
  if (code === '429' || code === '503') return 'look-in-logs-or-lower-load';
  return code.startsWith('4') ? 'check-request' : 'look-in-logs';
}
