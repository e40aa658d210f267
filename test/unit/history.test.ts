import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { keptResults, savedPathsOf } from '../../src/main/history/kept-results.ts';
import { keepRun, keptRuns } from '../../src/main/history/run-folder.ts';
import { standingOf } from '../../src/main/history/standing.ts';
import { RUNS_REPORTERS } from '../../src/main/reporters/runs-text.ts';
import { useFolder } from '../support/folder.ts';
import { keptWith, listed, ORIGIN } from '../support/kept-runs.ts';
import { summaryWith } from '../support/summary.ts';

const inFolder = useFolder();
describe('the list of kept results', () => {
  test('each is held against the one before it of the same plan on the same machine', () => {
    const other = keptWith(9, { plan: { ...summaryWith().plan, concurrency: 77 } });
    const elsewhere = { ...keptWith(5), origin: { ...ORIGIN, host: 'there' } };
    const runs = listed(keptWith(2), other, elsewhere, keptWith(4), keptWith(1));
    expect(runs.map(({ name }) => name)).toEqual(['last', 'last~1', 'last~2', 'last~3', 'last~4']);
    expect(runs.map(({ p50Ratio }) => p50Ratio)).toEqual([0.5, null, null, 4, null]);
  });

  test('requests that differ in what results do not show are told apart, unless a result is too old to tell', () => {
    const { plan } = summaryWith();
    const of = (requestsDigest: string) => keptWith(2, { plan: { ...plan, requestsDigest } });
    const runs = listed(of('abcdef99'), of('fedcba99'), keptWith(4), of('abcdef99'));
    expect(runs.map(({ p50Ratio }) => p50Ratio)).toEqual([0.5, null, 2, null]);
    const text = RUNS_REPORTERS.text(listed(of('abcdef99'), of('fedcba99')));
    expect(text).toMatch(/requests abcdef.*requests fedcba/s);
    expect(RUNS_REPORTERS.text(listed(of('abcdef99')))).not.toContain('requests abcdef');
  });

  test('what was measured is named as in its report', () => {
    const { plan } = summaryWith();
    const { method, url } = plan.target;
    const row = { name: 'a', method, url, weight: 1 } as Summary['mix'][number];
    const users = {
      file: 'shop.ts',
      loads: [{ executor: 'constant-vus' as const, users: 2, scenarios: ['buy'] }],
    };
    const text = RUNS_REPORTERS.text(
      listed(
        keptWith(1, { plan: { ...plan, scenarios: users } }),
        keptWith(1, { mix: [row, row, row] }),
        keptWith(1, { plan: { ...plan, client: 'wire' } }),
      ),
    );
    expect(text).toContain(`shop.ts against ${url}`);
    expect(text).toContain(`3 requests, the first ${method} ${url}`);
    expect(text).toContain(', wire');
  });

  test('the seed and what came out are no part of the plan', () => {
    const again = keptWith(3, { plan: { ...summaryWith().plan, seed: 99 }, windowMs: 17 });
    expect(listed(again, keptWith(2))[0]?.p50Ratio).toBe(1.5);
  });

  test('as text: a table for each plan, with the columns that say something', () => {
    const { requests, thresholds } = summaryWith();
    const failed = keptWith(2, {
      requests: { ...requests, sent: 200, ok: 198, failed: 2 },
      thresholds: [...thresholds, { expression: 'p99<1ms', measured: 8, isLowerBound: false, ok: false }],
    });
    const text = RUNS_REPORTERS.text(listed(failed, keptWith(4)));
    const [, , heading, first, second] = text.split('\n');
    expect(heading?.split(/\s{2,}/)).toEqual([
      'run',
      'when (UTC)',
      'ok',
      'p50',
      'change',
      'p99',
      'failed',
      'rules',
      'revision',
      'verdict',
    ]);
    expect(first).toMatch(/^last .*2\.00 ms {2}−50\.0 % {2}8\.00 ms {3}1\.0 % {4}✗ 1 {2}abcdef0 {3}ok$/);
    expect(second).toMatch(/^last~1 .*4\.00 ms {8}– {2}16\.0 ms {3}0\.0 %/);
    const late = RUNS_REPORTERS.text(listed(keptWith(2, { startedAt: '2026-03-05T23:59:30.000Z' })));
    // On whatever machine: the zone of the tests' own may be UTC.
    expect(late).toContain('  03-05 23:59  ');
    const plain = RUNS_REPORTERS.text(listed(summaryWith()));
    expect(plain).not.toMatch(/failed|rules|revision|change/);
  });
});

describe('how the newest result of a plan stands', () => {
  test.each([
    ['beyond each of the good ones before it', 13, [10, 10.5, 11], 'slower'],
    ['beyond each, but by little', 11.1, [10.9, 11, 11], 'within'],
    ['among them', 10.2, [10, 10.5, 11], 'within'],
    ['below each', 5, [10, 10.5, 11], 'faster'],
    ['with two before it', 13, [10, 10], 'too-few'],
  ] as const)('%s', (_words, newest, before, outcome) => {
    const group = listed(keptWith(newest), ...before.map((p50) => keptWith(p50)));
    expect(standingOf(group).outcome).toBe(outcome);
  });

  test('what does not count is compared with nothing, and nothing with it', () => {
    const stopped = keptWith(1, { interrupted: true });
    const good = [keptWith(10), keptWith(11), keptWith(12)];
    expect(standingOf(listed(stopped, ...good)).outcome).toBe('not-good');
    expect(standingOf(listed(keptWith(5), stopped, ...good))).toEqual({
      outcome: 'faster',
      earlier: { runs: 3, lowMs: 10, highMs: 12 },
    });
  });
});

describe('the folder', () => {
  const fail = (line: string): never => {
    throw new Error(line);
  };
  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

  test('the newest comes first, and names count from it', async () => {
    const folder = inFolder('runs');
    for (const minute of [3, 1, 2]) await keepRun(JSON.stringify(keptWith(minute)), at(minute), { folder });
    const kept = await keptRuns(folder);
    expect(kept.map((path) => basename(path).slice(14, 16))).toEqual(['03', '02', '01']);
    const named = await savedPathsOf(['last', 'last~2', 'last.json'], fail, folder);
    expect(named).toEqual([kept[0], kept[2], 'last.json']);
    await expect(savedPathsOf(['last~3'], fail, folder)).rejects.toThrow(/'last~3': .*has 3 results/);
  });

  test('a file that cannot be used takes no name, and a result is in its place whatever its file is called', async () => {
    const folder = inFolder('mixed');
    const keep = (minute: number): Promise<string> =>
      keepRun(JSON.stringify(keptWith(minute, { startedAt: at(minute).toISOString() })), at(minute), {
        folder,
      });
    const [first, , third] = [await keep(1), await keep(2), await keep(3)];
    await keepRun('{"schemaVersion":', at(4), { folder });
    writeFileSync(join(folder, 'v99.json'), '{"schemaVersion":99}');
    const copy = join(folder, 'zz.json');
    copyFileSync(first, copy);
    const told: string[] = [];
    const named = await savedPathsOf(['last', 'last~2', 'last~3'], (line) => told.push(line), folder);
    expect(named).toEqual([third, copy, first]);
    expect(told).toEqual([
      expect.stringMatching(/v99\.json' cannot be used: it has schema version 99/),
      expect.stringMatching(/T00-04-00.*cannot be used: it is not JSON/),
    ]);
    const runs = [];
    for await (const { run } of keptResults(folder)) runs.push([run.name, run.startedAt.slice(14, 16)]);
    expect(runs).toEqual([
      ['last', '03'],
      ['last~1', '02'],
      ['last~2', '01'],
      ['last~3', '01'],
    ]);
  });

  (process.platform === 'win32' ? test.skip : test)(
    'pipes and devices are passed over, also behind a link, and never waited for',
    async () => {
      const folder = inFolder('special');
      const path = await keepRun(JSON.stringify(keptWith(1)), at(1), { folder });
      execFileSync('mkfifo', [join(folder, 'fifo.json'), join(folder, '2026-02-01T00-00-00.000Z-abcd.json')]);
      symlinkSync('/dev/zero', join(folder, 'zero.json'));
      symlinkSync('fifo.json', join(folder, 'link.json'));
      const told: string[] = [];
      expect(await savedPathsOf(['last'], (line) => told.push(line), folder)).toEqual([path]);
      expect(told).toHaveLength(4);
      for (const line of told)
        expect(line).toMatch(
          /\.json' cannot be used: it is a pipe, a socket or a device, and only files are read/,
        );
    },
  );

  test('beyond the bounds the oldest go, and never the one that has just come', async () => {
    const folder = inFolder('bounded');
    for (const minute of [1, 2, 3, 4]) await keepRun('x', at(minute), { folder, mostRuns: 3 });
    expect((await keptRuns(folder)).map((path) => basename(path).slice(14, 16))).toEqual(['04', '03', '02']);
    await keepRun('x'.repeat(100), at(5), { folder, mostBytes: 50 });
    expect((await keptRuns(folder)).map((path) => basename(path).slice(14, 16))).toEqual(['05']);
  });

  test('what is unfinished, or no result, is not listed and not deleted', async () => {
    const folder = inFolder('others');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeFileSync(join(folder, '2026.json.unfinished'), '');
    await keepRun('x', at(1), { folder, mostRuns: 1 });
    expect(await keptRuns(folder)).toHaveLength(1);
    expect(readdirSync(folder)).toContain('notes.txt');
    await expect(savedPathsOf(['last'], fail, inFolder('nothing'))).rejects.toThrow(/no result is kept/);
  });
});
