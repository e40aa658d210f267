import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { failuresIn } from '../../src/main/compare/failures.ts';
import { keptRunOf } from '../../src/main/history/kept-run.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { renderSweep } from '../../src/main/reporters/sweep-text.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { failedOf, failureFinding } from '../../src/main/summary/failing.ts';
import { measuredIn } from '../../src/main/summary/judged-rules.ts';
import { requestsFailedText } from '../../src/main/text/failure-words.ts';
import { headlinesOf } from '../../src/main/text/headlines.ts';
import { readMarkup } from '../support/markup.ts';
import { summaryWith } from '../support/summary.ts';
import { sweepWith } from '../support/sweeps.ts';

/** Of 900 awaited answers 30 are failures, and 15 never came. */
const COUNTS = { sent: 1_000, ok: 855, failed: 30, unfinished: 15, cancelled: 100, dropped: 0 };
const RESULT: Summary = summaryWith({
  requests: { ...summaryWith().requests, ...COUNTS },
  errors: [{ kind: 'status', code: '503', count: 30, example: 'GET / was answered with 503' }],
  mix: [
    {
      ...COUNTS,
      name: 'read',
      method: 'GET',
      url: 'http://h/',
      weight: 1,
      latencyMs: summaryWith().latencyMs.service,
    },
    {
      ...COUNTS,
      name: 'write',
      method: 'GET',
      url: 'http://h/',
      weight: 1,
      latencyMs: summaryWith().latencyMs.service,
    },
  ],
});
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('with requests that were cancelled or never answered, every form has the share that rules are about', () => {
  expect(measuredIn(RESULT, { type: 'error-rate' }, null).value).toBe(0.05);
  expect(measuredIn(RESULT, { type: 'error-rate' }, 'read').value).toBe(0.05);
  expect(failuresIn([RESULT]).share).toBe(0.05);
  expect(keptRunOf('a.json', 0, RESULT)?.failedShare).toBe(0.05);

  const page = plain(readMarkup(renderHtml(RESULT)).text);
  expect(page).toContain('Errors5.0 %30 failed, 15 unanswered of 900');
  expect(page).toContain('30 failed requests by kind; 15 more had no answer when the waiting ended');
  expect(page).toContain('readGET http://h/1,0005.0 %');

  const text = renderText(RESULT);
  expect(text).toMatch(
    /^failures {3}30 of 900 requests \(3\.3 %\); 5\.0 % with the 15 that had no answer in\s+the end$/m,
  );
  expect(text).toContain('855 ok, 30 failed (3.3 %), 15 unfinished,\n');
  expect(text).toMatch(/^read +1,000 +855 +45 \(5\.0 %\)/m);
  expect(renderMarkdown(RESULT)).toMatch(/\| 30 \(3\.3 %\) \| +15 \| +100 \|/);

  const sweep = sweepWith({ levels: 1 });
  const levels = sweep.levels.map((level) => ({ ...level, summary: RESULT }));
  expect(renderSweep({ ...sweep, levels })).toMatch(/^1 .* 5\.0 % +✗/m);
});

test('where the verdict leaves out what volley stopped waiting for, its share is said to be of the others', () => {
  const facts = {
    requests: { sent: 1_000, ok: 950, unfinished: 20, dropped: 0 },
    errors: RESULT.errors,
    mix: [],
    isStopped: false,
    load: { model: 'open' },
    when: null,
    heldShare: null,
    stoodStillMs: 0,
  } as const;
  const told = (isStopped: boolean, model: 'open' | 'closed'): [string, string | undefined] => {
    const asked = { ...facts, isStopped, load: { model } };
    const finding = { ...failureFinding(failedOf(asked), asked), nextStep: null };
    const generator = { ...RESULT.generator, verdict: 'failing', finding } as const;
    return [requestsFailedText(finding.figures), headlinesOf({ ...RESULT, generator })[0]];
  };
  for (const others of [told(false, 'open'), told(true, 'closed')])
    expect(others).toEqual([
      '3.1 % of the requests that came to an end failed (30 of 980): 30 × status (503).',
      'FAILING: 3.1 % of the requests that came to an end failed',
    ]);
  expect(told(false, 'closed')).toEqual([
    '5.0 % of the requests failed (50 of 1,000): 30 × status (503), 20 × unfinished.',
    'FAILING: 5.0 % of the requests failed',
  ]);
});

test('a headline says of the failed requests, and not of the silence after them, that they held connections', () => {
  const figures = {
    failed: 4,
    of: 4_000,
    request: null,
    when: null,
    failedAs: [],
    heldShare: 0.1,
    stoodStillMs: 0,
  };
  const told = (more: object): string | undefined => {
    const finding = { code: 'requests-failed', figures: { ...figures, ...more }, nextStep: null } as const;
    return headlinesOf({ ...RESULT, generator: { ...RESULT.generator, verdict: 'failing', finding } })[0];
  };
  expect(told({})).toBe("FAILING: 0.1 % of the requests failed, and held 10.0 % of the connections' time");
  expect(told({ silentSinceMs: 3_900, silentForMs: 2_000 })).toBe(
    "FAILING: 0.1 % of the requests failed, and no good answer came any more, and the failed ones held 10.0 % of the connections' time",
  );
});
