import { awaitedOf, notOkOf } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import { msToSeconds } from '../../protocol/units.ts';
import { IMPLIED_PERCENT } from '../plan/thresholds.ts';
import { counted, formatCount, shareText } from '../text/format.ts';
import { baselineSentences } from './baseline-text.ts';
import { whyItFails, whyNothingSucceeded } from './failing-text.ts';
import { whatWasSent } from './mix-table.ts';
import { impliedText, stopSentences, valueText } from './rule-text.ts';
import { renderText } from './text.ts';

/** A JUnit test case. */
export interface Case {
  readonly name: string;
  /** Null if all is well. */
  readonly problem: Problem | null;
}

interface Problem {
  /** A failure is the target's; an error means that the run did not go as planned. */
  readonly element: 'failure' | 'error';
  readonly type: string;
  readonly message: string;
}

/**
 * The result as JUnit XML: a test case for each threshold, and the text report as output.
 *
 * @param success replaces the test case for the success of requests
 */
export function renderJunit(summary: Summary, success: Case | null = null): string {
  const { startedAt, windowMs } = summary;
  const cases = casesOf(summary, success);
  const count = (element: Problem['element']): number =>
    cases.filter(({ problem }) => problem?.element === element).length;
  const timeS = msToSeconds(Math.round(windowMs));
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const suite = whatWasSent(summary);
  // The schema that most readers use allows neither fractions of a second nor a time zone.
  const timestamp = startedAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="volley" ${counts} time="${timeS}">`,
    `  <testsuite name="${escaped(suite)}" ${counts} skipped="0" time="${timeS}" timestamp="${escaped(timestamp)}">`,
    ...cases.map((testCase) => renderCase(testCase, timeS)),
    `    <system-out>${escaped(renderText(summary))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function casesOf(summary: Summary, success: Case | null): Case[] {
  const rules = summary.thresholds.map((rule) => ({
    name: rule.expression,
    problem: problemOf(rule, summary),
  }));
  return [
    ...rules,
    ...(success === null ? succeeded(summary) : [success]),
    ...againstBaseline(summary),
    ...shortcomingsOf(summary),
  ];
}

/** Rules on latencies may hold even if answers were errors; a rule on the error rate decides how much may fail. */
function succeeded(summary: Summary): Case[] {
  const { thresholds, requests } = summary;
  const isJudged = thresholds.some(({ expression }) => expression.startsWith('error-rate'));
  const awaited = awaitedOf(requests);
  const bad = notOkOf(requests);
  const why = whyItFails(summary);
  const isBad = why !== null || (!isJudged && bad * 100 > IMPLIED_PERCENT * awaited);
  if (isJudged && requests.ok > 0 && why === null) return [];
  const message =
    requests.ok > 0
      ? (why ??
        `${counted(bad, 'request')} of ${formatCount(awaited)} failed${shareText(bad, awaited)}; at most ${IMPLIED_PERCENT} % may.`)
      : (whyNothingSucceeded(summary) ?? 'No request was sent.');
  return [
    {
      name: 'requests succeed',
      problem: requests.ok > 0 && !isBad ? null : failure('requests', message),
    },
  ];
}

/** Being slower or failing more is a failure if `--fail-if` says so. */
function againstBaseline({ baseline }: Summary): Case[] {
  if (baseline == null) return [];
  const message = baselineSentences(baseline).join(' ');
  return [
    {
      name: `not slower than ${baseline.source}`,
      problem: baseline.isFailure ? failure('baseline', message) : null,
    },
  ];
}

function problemOf(rule: Summary['thresholds'][number], summary: Summary): Problem | null {
  // Requests in flight at the stop may have brought the figure back within its limit.
  const stop = summary.stoppedBy?.expression === rule.expression ? stopSentences(summary) : [];
  if (rule.ok && stop.length === 0) return null;
  const value = `${rule.measured === null ? '' : 'measured '}${valueText(rule)}${impliedText(rule)}`;
  return failure('threshold', [value, ...stop].join('; '));
}

function shortcomingsOf({ interrupted, degradedReasons }: Summary): Case[] {
  const problems = [
    ...(interrupted ? [{ type: 'interrupted', message: 'The run was stopped before its end.' }] : []),
    ...(degradedReasons.length > 0 ? [{ type: 'degraded', message: degradedReasons.join(' ') }] : []),
  ];
  return problems.map(({ type, message }) => ({
    name: `the run is not ${type}`,
    problem: { element: 'error', type, message },
  }));
}

function failure(type: string, message: string): Problem {
  return { element: 'failure', type, message };
}

function renderCase({ name, problem }: Case, timeS: number): string {
  const start = `    <testcase classname="volley" name="${escaped(name)}" time="${timeS}"`;
  if (problem === null) return `${start}/>`;
  const { element, type, message } = problem;
  return `${start}>\n      <${element} type="${type}" message="${escaped(message)}"/>\n    </testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const CARRIAGE_RETURN = '&#13;';

/** Escapes an attribute or a text. Characters not allowed in XML, such as control characters, become U+FFFD. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
      // XML readers would turn it into a line feed.
      .replaceAll('\r', CARRIAGE_RETURN)
  );
}
