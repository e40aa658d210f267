import { fromK6 } from './k6-rule.ts';

/** The parts of a rule, written as other tools or a slip have it. */
const LOOSE =
  /^([a-z][\w.-]*)(?:\(([\w.-]+)\))?(\{(?:[^{}]|\{[^{}]*\})+\})?(?:\(([\w-]+)\))?(<=|>=|<|>)(\d+(?:\.\d+)?)([a-zµ%/]{0,5})$/i;
/** What other tools call a figure. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  http_req_duration: 'p95',
  http_req_failed: 'error-rate',
  http_reqs: 'throughput',
  latency: 'p95',
  duration: 'p95',
  response_time: 'p95',
  errors: 'error-rate',
  error: 'error-rate',
  error_rate: 'error-rate',
  failures: 'error-rate',
  failed: 'error-rate',
  rps: 'throughput',
  qps: 'throughput',
  tps: 'tokens',
  reqs: 'throughput',
  requests: 'throughput',
  avg: 'mean',
  average: 'mean',
  med: 'p50',
  median: 'p50',
};
const SHARES: readonly string[] = ['error-rate', 'goodput'];
const RATES: readonly string[] = ['throughput', 'rate', 'tokens'];
/** A longer rule is not repeated. */
const LONGEST = 200;
const TIME_UNIT = /^(?:us|µs|ms|s)$/;

/**
 * What is wrong in a rule that cannot be read, and the rule that was probably meant.
 *
 * @param isRule whether a rule can be read
 * @returns null if nothing is known that would make it one
 */
export function rulePartsAdvice(expression: string, isRule: (expression: string) => boolean): string | null {
  if (expression.length > LONGEST) return null;
  const ofK6 = fromK6(expression);
  if (ofK6 !== null && isRule(ofK6))
    return `k6 writes it like that, volley without the metric: did you mean ${ofK6}?`;
  const [, written, of = '', request = '', ofAfter = '', sign = '', number = '', unit = ''] =
    LOOSE.exec(expression) ?? [];
  if (written === undefined) return null;
  const isInParentheses = written === 'p' && /^\d/.test(of);
  const elsewhere = Object.hasOwn(ELSEWHERE, written.toLowerCase())
    ? ELSEWHERE[written.toLowerCase()]
    : undefined;
  const figure = isInParentheses ? `p${of}` : (elsewhere ?? written);
  const kind = isInParentheses ? ofAfter : of || ofAfter;
  const fitting = unitFor(figure, Number(number), unit);
  const faults = [
    ...(isInParentheses ? ['a percentile is written without parentheses'] : []),
    ...(elsewhere === undefined ? [] : [`there is no figure ${written}`]),
    ...(kind !== '' && request !== ''
      ? [`a rule on one request is about the headline latency, not ${kind}`]
      : []),
    ...(fitting === unit ? [] : [unit === '' ? 'a unit is missing' : `${unit} is not a unit of it`]),
  ];
  const kindPart = kind === '' || request !== '' ? '' : `(${kind})`;
  const meant = `${figure}${kindPart}${request}${sign}${number}${fitting}`;
  return faults.length > 0 && isRule(meant) ? `${faults.join(', and ')}: did you mean ${meant}?` : null;
}

/** The unit as given if it fits the figure, else the usual one. */
function unitFor(figure: string, value: number, unit: string): string {
  if (SHARES.includes(figure)) {
    const isShare = unit === '' && (figure === 'error-rate' ? value < 1 : value <= 1);
    return unit === '%' || isShare ? unit : '%';
  }
  if (RATES.includes(figure)) return unit === '' || unit === '/s' ? unit : '/s';
  return TIME_UNIT.test(unit) ? unit : 'ms';
}
