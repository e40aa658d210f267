import { describe, expect, test } from '@jest/globals';
import type { Progress, Summary } from '../../src/api/index.ts';
import { whyNothingSucceeded } from '../../src/main/reporters/failing-text.ts';
import { renderProgress, showProgress } from '../../src/main/reporters/live.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { exitCodeOf } from '../../src/main/summary/exit-code.ts';
import { formatMs, formatPercent } from '../../src/main/text/format.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

describe('numbers for people', () => {
  test.each([
    [null, '–'],
    [0, '0 µs'],
    [0.000_4, '0 µs'],
    [0.000_51, '0.51 µs'],
    [0.001_234, '1.23 µs'],
    [0.012_34, '12.3 µs'],
    [0.999_4, '999 µs'],
    [0.999_6, '1.00 ms'],
    [1.234, '1.23 ms'],
    [9.996, '10.0 ms'],
    [99.96, '100 ms'],
    [123.4, '123 ms'],
    [999.6, '1.00 s'],
    [12_345, '12.3 s'],
    [3_600_000, '3,600 s'],
  ])('%p ms is %p', (valueMs, text) => {
    expect(formatMs(valueMs)).toBe(text);
  });

  test.each([
    [0, '0.0 %'],
    [0.000_1, '<0.1 %'],
    [0.001, '0.1 %'],
    [1, '100.0 %'],
  ])('the share %p is %p', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
});

describe('the text report', () => {
  test('of a run in which everything went well', () => {
    expect(renderText(summaryWith())).toBe(
      [
        'volley 0.1.0  GET http://127.0.0.1:8080/',
        'threads: 2 workers, 2 connections, closed model, 100 requests, seed 1',
        '',
        'requests   100 sent, 100 ok, 0 failed',
        'rate       100.0/s sent, 100.0/s ok, in 1.00 s',
        '',
        'latency         min    mean     p50     p90     p99   p99.9     max  max−mean',
        'service      100 µs 1.25 ms 1.00 ms 2.00 ms 12.5 ms       – 20.0 ms   18.8 ms',
        'response     100 µs 1.25 ms 1.00 ms 2.00 ms 12.5 ms       – 20.0 ms   18.8 ms',
        'first byte   100 µs 1.25 ms 1.00 ms 2.00 ms 12.5 ms       – 20.0 ms   18.8 ms',
        'wait         100 µs 1.25 ms 1.00 ms 2.00 ms 12.5 ms       – 20.0 ms   18.8 ms',
        '',
        'service time of 100 requests',
        `  100 µs – 1.00 ms   75.0 % ${'█'.repeat(40)}`,
        ' 1.00 ms – 10.0 ms    0.0 %',
        ` 10.0 ms – 100 ms    25.0 % ${'█'.repeat(13)}▍`,
        '',
        'statuses   100 × 200',
        'connected  2 opened, 0 closed by the target',
        'generator  100.0 µs CPU/request, loop 50.0 % busy, 100 MB, start skew 250 µs',
        'verdict    ok. The target kept up.',
        '',
      ].join('\n'),
    );
  });

  test('lower bounds are shown as such', () => {
    const service = {
      ...LATENCY,
      censored: 8,
      percentiles: { '50': 1, '99': 2_000 },
      atLeast: ['99'],
      max: 2_000,
    };
    const text = renderText(summaryWith({ latencyMs: { ...summaryWith().latencyMs, service } }));
    expect(text).toMatch(/^service +100 µs +≥1\.25ms +1\.00 ms +≥2\.00s +≥2\.00s/m);
  });

  test('errors are ranked and shortened; what is rare is named; losses come first', () => {
    const text = renderText(
      summaryWith({
        interrupted: true,
        degradedReasons: ['Worker 1 was lost: it was killed.'],
        requests: {
          scheduled: 9,
          sent: 8,
          ok: 1,
          failed: 6,
          unfinished: 1,
          dropped: 0,
          notStarted: 1,
          retried: 2,
        },
        errors: [{ kind: 'connect', code: 'ECONNREFUSED', count: 6, example: 'x'.repeat(200) }],
      }),
    );
    expect(text).toContain(
      'INTERRUPTED: this is what was measured until then.\nDEGRADED: Worker 1 was lost: it was killed.\n',
    );
    expect(text).toContain(
      '8 sent, 1 ok, 6 failed (75.0 %), 1 unfinished, 1 not started, 2\n           retried',
    );
    expect(text).toMatch(/^error {6}6 × connect \(ECONNREFUSED\): x+…$/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('workers are listed where they differ', () => {
    const [first, second] = summaryWith().workers;
    const text = renderText(summaryWith({ workers: [first!, { ...second!, sent: 20, ok: 20, lost: true }] }));
    expect(text).toMatch(
      /^worker 0 {3}thread 1: 50 sent, 50 ok, 0 failed, CPU 5\.00 ms, loop busy 50\.0 %$/m,
    );
    expect(text).toMatch(/^worker 1 {3}thread 2: 20 sent, 20 ok, 0 failed, LOST$/m);
  });

  test('nothing recorded: no table of dashes', () => {
    const empty = {
      ...LATENCY,
      count: 0,
      min: null,
      mean: null,
      stdev: null,
      max: null,
      maxMinusMean: null,
      percentiles: { '50': null },
    };
    const latencyMs = {
      headline: 'service',
      intervals: null,
      response: empty,
      service: empty,
      startLag: empty,
      wait: empty,
      firstByte: empty,
    } as const;
    const text = renderText(summaryWith({ latencyMs, histogram: [], statuses: {} }));
    expect(text).not.toContain('latency');
    expect(text).not.toContain('statuses');
  });
});

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

  test('why nothing succeeded is said only where nothing did', () => {
    expect(whyNothingSucceeded(summaryWith())).toBeNull();
    expect(
      whyNothingSucceeded(summaryWith({ requests: { ...failed.requests, sent: 0, failed: 0 } })),
    ).toBeNull();
    expect(
      whyNothingSucceeded({ ...failed, errors: [{ kind: 'reset', code: 'X', count: 100, example: 'gone' }] }),
    ).toBe('No request succeeded: 100 of 100 failed with reset (X): gone.');
  });
});

describe('the live view', () => {
  const PROGRESS: Progress = {
    elapsedMs: 2_000,
    durationMs: 10_000,
    requests: null,
    ended: 3_000,
    ok: 2_999,
    failed: 1,
    topError: 'reset (ECONNRESET)',
    p50Ms: 1,
    p99Ms: null,
  };

  test('the rate is of what has ended since the last line', () => {
    const last = { ...PROGRESS, elapsedMs: 1_000, ended: 1_000 };
    expect(renderProgress(PROGRESS, last)).toBe(
      ' 20% 2.0 s of 10 s  3,000 done  2,000.0/s  p50 1.00 ms  p99 –  1 failed (<0.1 %): reset (ECONNRESET)',
    );
    expect(
      renderProgress({ ...PROGRESS, durationMs: null, requests: 4_000, topError: null, failed: 0 }, null),
    ).toBe(' 75% 2.0 s  3,000 of 4,000 done  1,500.0/s  p50 1.00 ms  p99 –  0 failed');
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
      ...{ elapsedMs: 2_500, durationMs: 20_000, ended: 123, failed: 12, topError: 'status (500)' },
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
          /^( 77%( 2\.0 s( of 10 s)?)?)?( {2}[\d,]+000 (of [\d,]+000 )?done)?( {2}[\d,]+\.0\/s)?( {2}p50 1\.00 ms)?( {2}p99 –)?( {2})?([\d,]+000 failed \(9\.9 %\)(: reset \(ECONNRESET\))?|9\.9 % failed)$/,
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

  test('intervals of percentiles, and ends that are not there', () => {
    const text = renderText(
      summaryWith({
        latencyMs: {
          ...summaryWith().latencyMs,
          intervals: {
            '50': { low: 0.9, high: 1.1 },
            '90': { low: 1.9, high: null },
            '99': { low: null, high: null },
          },
        },
      }),
    );
    expect(text).toContain(
      'service: p50 900 µs–1.10 ms, p90 from 1.90 ms, no upper end, p99\n           unbounded',
    );
  });
});
