import { describe, expect, test } from '@jest/globals';
import type { Progress, Summary } from '../../src/api/index.ts';
import { Parsed } from '../../src/main/cli/parsed.ts';
import { showingFrom } from '../../src/main/cli/showing.ts';
import {
  whyItMayPass,
  whyNothingSucceeded,
  whyNothingWasSent,
} from '../../src/main/reporters/failing-text.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { LiveLine } from '../../src/main/reporters/live-line.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { renderProgress, showProgress } from '../../src/main/reporters/progress-line.ts';
import { RoundsLive } from '../../src/main/reporters/rounds-live.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { exitCodeOf } from '../../src/main/summary/exit-code.ts';
import { longRun } from '../support/pages.ts';
import { summaryWith } from '../support/summary.ts';

describe('the exit code', () => {
  const failed = summaryWith({ requests: { ...summaryWith().requests, ok: 0, failed: 100 } });
  test.each<[string, Summary, boolean, number]>([
    ['all is well', summaryWith(), false, 0],
    ['nothing succeeded', failed, false, 1],
    [
      'a threshold failed',
      summaryWith({ thresholds: [{ expression: 'p99<1ms', measured: 2, isLowerBound: false, ok: false }] }),
      false,
      1,
    ],
    [
      'a rule ended the run, and came right in the end',
      summaryWith({ stoppedBy: { expression: 'p99<1ms', measured: 2, atMs: 1_000 } }),
      false,
      1,
    ],
    ['degraded outranks failed', { ...failed, degraded: true }, false, 3],
    ['unwritten outranks degraded', { ...failed, degraded: true }, true, 4],
    ['interrupted outranks them all', { ...failed, degraded: true, interrupted: true }, true, 130],
  ])('%s', (_name, summary, couldNotWrite, code) => {
    expect(exitCodeOf(summary, couldNotWrite)).toBe(code);
  });

  test('a rule of the user that decides in place of a failing verdict is named, in text and Markdown', () => {
    const rule = (expression: string, isImplied = false, isOk = true): Summary['thresholds'][number] => {
      return { expression, measured: 0.3, limit: 0.6, isLowerBound: false, isImplied, ok: isOk };
    };
    const finding = {
      code: 'requests-failed',
      figures: { failed: 30, of: 100, request: null, when: null, kinds: [] },
    } as unknown as NonNullable<Summary['generator']['finding']>;
    const failing = (thresholds: Summary['thresholds'], ok = 70): Summary =>
      summaryWith({
        thresholds,
        requests: { ...summaryWith().requests, sent: 100, ok, failed: 100 - ok },
        generator: { ...summaryWith().generator, verdict: 'failing', finding },
      });
    const allowed = failing([rule('p99<1s'), rule('error-rate<60%')]);
    const sentence = 'The verdict does not set the exit code here: error-rate<60% decides how much may fail.';
    expect(exitCodeOf(allowed, false)).toBe(0);
    expect(whyItMayPass(allowed)).toBe(sentence);
    expect(renderText(allowed).replaceAll(/\s+/g, ' ')).toContain(sentence);
    expect(renderMarkdown(allowed)).toContain(sentence.replace('<', '&lt;'));
    expect(renderHtml(allowed).replaceAll(/<\/?code>/g, '')).toContain(sentence.replace('<', '&lt;'));
    expect(renderHtml(failing([]))).not.toContain('The verdict does not set the exit code');
    expect(whyItMayPass(failing([rule('error-rate{a}<60%'), rule('error-rate{b}<9%')]))).toBe(
      'The verdict does not set the exit code here: error-rate{a}<60%, error-rate{b}<9% decide how much may fail.',
    );
    expect(whyItMayPass(failing([rule('error-rate{a}<60%'), rule('error-rate{b}<=0%', true)]))).toBe(
      'The verdict does not set the exit code here: error-rate{a}<60% and the implied rules decide how much may fail.',
    );
    // The verdict itself, an implied rule, or that nothing succeeded sets the code.
    expect(
      [[], [rule('p99<1s')], [rule('error-rate<=1%', true, false)]].map((r) => whyItMayPass(failing(r))),
    ).toEqual([null, null, null]);
    expect(whyItMayPass(failing([rule('error-rate<60%')], 0))).toBeNull();
    expect(whyItMayPass(summaryWith({ thresholds: [rule('error-rate<60%')] }))).toBeNull();
  });

  test('why nothing succeeded is said only where nothing did', () => {
    expect(whyNothingSucceeded(summaryWith())).toBeNull();
    expect(
      whyNothingSucceeded(summaryWith({ requests: { ...failed.requests, sent: 0, failed: 0 } })),
    ).toBeNull();
    expect(
      whyNothingSucceeded({ ...failed, errors: [{ kind: 'reset', code: 'X', count: 100, example: 'gone' }] }),
    ).toBe('No request succeeded: 100 of 100 failed with reset (X): gone.');
    const errors = [
      { kind: 'status', code: '503', count: 60, example: 'GET / was answered with 503' },
      { kind: 'timeout', code: 'TIMEOUT', count: 40, example: 'no complete answer within 1 s' },
    ] as const;
    expect(whyNothingSucceeded({ ...failed, errors })).toBe(
      'No request succeeded: 100 of 100 failed: 60 × status (503), 40 × timeout. For example: GET / was answered with 503.',
    );
  });
});

test('that nothing was sent is said, but not of what a stop has kept from starting', () => {
  const requests = { ...summaryWith().requests, sent: 0, ok: 0 };
  const unsent = summaryWith({ requests, interrupted: false });
  expect(exitCodeOf(unsent, false)).toBe(1);
  expect(whyNothingWasSent(unsent)).toBe('No request was sent, so none succeeded.');
  expect(whyNothingWasSent({ ...unsent, interrupted: true })).toBeNull();
  expect(whyNothingWasSent(summaryWith())).toBeNull();
  const broken = { expression: 'error-rate<=1%', measured: null, isLowerBound: false, ok: false };
  expect(whyNothingWasSent({ ...unsent, thresholds: [broken] })).toBeNull();
});

describe('the live view', () => {
  const PROGRESS: Progress = {
    elapsedMs: 2_000,
    durationMs: 10_000,
    requests: null,
    ended: 3_000,
    ok: 2_999,
    failed: 1,
    failedAs: [{ name: 'reset (ECONNRESET)', count: 1 }],
    topError: 'reset (ECONNRESET)',
    p50Ms: 1,
    p99Ms: null,
  };

  test('the rate is of what has ended since the last line', () => {
    const last = { ...PROGRESS, elapsedMs: 1_000, ended: 1_000 };
    expect(renderProgress(PROGRESS, last)).toBe(
      ' 20% 2.0 s of 10 s  3,000 done  2,000/s  p50 1.00 ms  p99 –  1 failed (<0.1 %): reset (ECONNRESET)',
    );
    expect(
      renderProgress({ ...PROGRESS, durationMs: null, requests: 4_000, failedAs: [], failed: 0 }, null),
    ).toBe(' 75% 2.0 s  3,000 of 4,000 done  1,500/s  p50 1.00 ms  p99 –  0 failed');
    // Of users who share a number of iterations.
    expect(
      renderProgress({ ...PROGRESS, durationMs: null, requests: null, failedAs: [], failed: 0 }, null),
    ).toMatch(/^\d[\d.]* s {2}[\d,]+ done {2}/);
    expect(renderProgress({ ...PROGRESS, elapsedMs: -600 }, null)).toBe('warming up, 600 ms to go');
  });

  test.each([
    [95, ' 12% 2.5 s of 20 s  123 done  49.2/s  p50 100 ms  p99 200 ms  12 failed (9.8 %): status (500)'],
    [80, ' 12% 2.5 s  123 done  49.2/s  p99 200 ms  12 failed (9.8 %): status (500)'],
    [60, ' 12%  123 done  49.2/s  12 failed (9.8 %): status (500)'],
    [50, ' 12%  123 done  12 failed (9.8 %): status (500)'],
    [40, ' 12%  123 done  12 failed (9.8 %)'],
    [30, ' 12%  12 failed (9.8 %)'],
    [20, '12 failed (9.8 %)'],
    [16, '9.8 % failed'],
    [5, ''],
  ])('in %d columns whole figures are shown', (width, line) => {
    const progress = {
      ...PROGRESS,
      ...{
        elapsedMs: 2_500,
        durationMs: 20_000,
        ended: 123,
        failed: 12,
        failedAs: [{ name: 'status (500)', count: 12 }],
      },
      ...{ p50Ms: 100, p99Ms: 200 },
    };
    expect(renderProgress(progress, null, width)).toBe(line);
  });

  test('the failing share stays in every terminal from 40 columns on, whatever the figures', () => {
    for (const factor of [1, 1_000, 1_000_000, 1_000_000_000]) {
      const progress = { ...PROGRESS, requests: 9e6 * factor, ended: 7e6 * factor, failed: 690_000 * factor };
      for (let width = 39; width < 140; width++) {
        const line = renderProgress(progress, null, width);
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).toContain('9.9 %');
        expect(line).toMatch(
          /^( 77%( 2\.0 s( of 10 s)?)?)?( {2}[\d,]+000 (of [\d,]+000 )?done)?( {2}[\d,]+\/s)?( {2}p50 1\.00 ms)?( {2}p99 –)?( {2})?([\d,]+000 failed \(9\.9 %\)(: reset \(ECONNRESET\))?|9\.9 % failed)$/,
        );
      }
    }
  });

  async function shown(isTTY: boolean): Promise<{ text: string; intervalMs: number }> {
    let text = '';
    let asked = 0;
    const run = {
      async *progress(intervalMs: number) {
        asked = intervalMs;
        yield PROGRESS;
        yield PROGRESS;
      },
    };
    await showProgress(run, {
      isTTY,
      columns: 40,
      write: (part) => {
        text += part;
      },
    });
    return { text, intervalMs: asked };
  }

  test('is left out by --no-progress; --quiet leaves out notes too', () => {
    const shown = (...flags: readonly string[]) => {
      const { write } = process.stderr;
      const written: unknown[] = [];
      process.stderr.write = (text: unknown) => written.push(text) > 0;
      try {
        const showing = showingFrom(new Parsed(Object.fromEntries(flags.map((flag) => [flag, true])), []));
        showing.note('a note');
        return [showing.live === null, written];
      } finally {
        process.stderr.write = write;
      }
    };
    expect(shown()).toEqual([false, ['volley: a note\n']]);
    expect(shown('no-progress')).toEqual([true, ['volley: a note\n']]);
    expect(shown('quiet')).toEqual([true, []]);
  });

  test('on a terminal one line renews itself twice a second, fits, and is gone at the end', async () => {
    const { text, intervalMs } = await shown(true);
    expect(intervalMs).toBe(500);
    const lines = text.split('\r\x1b[K');
    expect(lines.at(-1)).toBe('');
    expect(lines[1]).toBe(' 20%  3,000 done  1 failed (<0.1 %)');
    expect(text).not.toContain('\n');
  });

  test('elsewhere it is a plain line every 5 s', async () => {
    const { text, intervalMs } = await shown(false);
    expect(intervalMs).toBe(5_000);
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toContain('\x1b');
  });

  test.each([
    [120, '12 failed (9.8 %): 8 status (500), 3 timeout, 1 reset (ECONNRESET)'],
    [80, '12 failed (9.8 %): most status (500)'],
  ])('in %d columns it says how requests failed', (width, end) => {
    const failedAs = [
      { name: 'status (500)', count: 8 },
      { name: 'timeout', count: 3 },
      { name: 'reset (ECONNRESET)', count: 1 },
    ];
    const progress = { ...PROGRESS, ended: 123, failed: 12, failedAs };
    const line = renderProgress(progress, null, width);
    expect(line.endsWith(end)).toBe(true);
    expect(line.length).toBeLessThanOrEqual(width);
  });

  test('a terminal that has become narrower is cleared of all that the line takes there', () => {
    let text = '';
    const stream = {
      isTTY: true,
      columns: 40,
      write: (part: string) => {
        text += part;
      },
    };
    const line = new LiveLine(stream);
    line.show('x'.repeat(39));
    stream.columns = 20;
    line.show('y');
    line.clear();
    line.clear();
    expect(text).toBe(`\r\x1b[K${'x'.repeat(39)}\r\x1b[1A\x1b[Jy\r\x1b[K`);
  });

  const written = (isTTY: boolean, eachMs: number | null): string => {
    let text = '';
    const stream = {
      isTTY,
      columns: 80,
      write: (part: string) => {
        text += part;
      },
    };
    const live = new RoundsLive(stream, 2, 3, eachMs);
    live.show({ round: 0, arm: 'A', progress: null });
    live.show({ round: 0, arm: 'A', progress: PROGRESS });
    live.show({ round: 0, arm: 'B', progress: null });
    live.clear();
    return text;
  };

  test('rounds renew one line on a terminal', () => {
    expect(written(true, 10_000).split('\r\x1b[K')).toEqual([
      '',
      '  0% round 1 of 3: A  60 s left',
      '  0% round 1 of 3: A  1,500/s  1 failed (<0.1 %): reset (ECONNRESET)  60 s left',
      ' 16% round 1 of 3: B  50 s left',
      '',
    ]);
  });

  test('elsewhere each run of a round is a line', () => {
    expect(written(false, null)).toBe('volley: round 1 of 3: A\nvolley: round 1 of 3: B\n');
  });
});

test('in a Markdown table words stand on the left and figures on the right', () => {
  const summary = summaryWith({
    errors: [
      { kind: 'status', code: '503', count: 1_200, example: 'GET / was answered with 503' },
      { kind: 'connect', code: 'ECONNREFUSED', count: 3, example: 'connect ECONNREFUSED' },
    ],
    thresholds: [{ expression: 'p99<1ms', measured: 2, isLowerBound: false, ok: false }],
  });
  const text = renderMarkdown(summary);
  expect(text).toContain(
    [
      '| kind    | code         | count | example                     |',
      '| ------- | ------------ | ----: | --------------------------- |',
      '| status  | 503          | 1,200 | GET / was answered with 503 |',
      '| connect | ECONNREFUSED |     3 | connect ECONNREFUSED        |',
    ].join('\n'),
  );
  expect(text).toContain('|   | rule      | measured |\n| - | --------- | -------- |\n');
});

test('a rate that was asked for is shown as it was given, but a mean of stages, and one in another unit than what was measured, as if measured', () => {
  const asked = (ratePerSecond: number | null, targetPerSecond: number): string | undefined => {
    const run = longRun(20, 1_000);
    const load = { ...run.plan.load, ratePerSecond } as Summary['plan']['load'];
    const text = renderText({
      ...run,
      ...{ plan: { ...run.plan, load }, rate: { ...run.rate, targetPerSecond } },
    });
    return /^rate +(\S+) asked/m.exec(text)?.[1];
  };
  expect([asked(null, 2_350 / 3), asked(200 / 60, 200 / 60), asked(0.5, 0.5), asked(0.01, 0.01)]).toEqual([
    ...['783/s', '3.33/s', '0.5/s', '36/h'],
  ]);
});
