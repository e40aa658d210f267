import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createReferenceServer } from '../../src/api/index.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const inFolder = useFolder();
const startTarget = useTargets();
const volley = useKeptProcess();

test('volley sweep: levels by doubling, each a run of its own, saved and shown again', async () => {
  const target = await startTarget();
  const path = inFolder('sweep.json');
  const asked = ['sweep', target.url, '-c', '1..4', '-n', '40', '--warmup', '0s', '-w', '1', '-q'];
  const { code, stdout, stderr } = await volley(
    ...asked,
    '--threshold',
    'p50<30s',
    '--out',
    path,
    '--html',
    inFolder('sweep.html'),
    '-o',
    'json',
  );
  const result = JSON.parse(stdout) as Sweep;
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(result);
  const levels = result.levels.map(({ level }) => level);
  // On a machine that has no core for it, volley is the limit, and says so.
  expect(levels).toEqual([1, 2, 4].slice(0, levels.length));
  expect(result.endedBy).toBe(levels.length === 3 ? 'range' : 'generator');
  expect(result.generatorLimit === null).toBe(levels.length === 3);
  expect(code).toBe(levels.length === 3 ? 0 : 3);
  for (const { level, isGood, summary } of result.levels) {
    expect([summary.plan.concurrency, summary.requests.sent, summary.requests.ok, isGood]).toEqual([
      level,
      40,
      40,
      true,
    ]);
  }
  expect(target.stats().requests).toBeGreaterThanOrEqual(40 * levels.length);
  expect(stderr.trim().split('\n')).toEqual(result.conclusions.map((sentence) => `volley: ${sentence}`));

  const again = await volley('report', inFolder('sweep.html'), '--html', inFolder('again.html'));
  expect(readFileSync(inFolder('again.html'), 'utf8')).toBe(readFileSync(inFolder('sweep.html'), 'utf8'));
  expect(again.code).toBe(0);
  expect(again.stdout).toContain(`sweep of GET ${target.url}`);
  for (const line of again.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const compared = await volley('compare', path, path);
  expect([compared.code, compared.stderr]).toEqual([
    2,
    `volley: The result '${path}' cannot be used: it is a sweep, in which each level has its own result: volley report shows it.\n`,
  ]);
});

test('volley sweep: a model with eight slots bears no nine at once where nobody is to wait', async () => {
  const server = await createReferenceServer({ model: { firstTokenMs: 400, gapMs: 0, tokens: 1, slots: 8 } });
  try {
    // The ninth waits for a whole answer, 400 ms, and its own takes as long: as much as 200 ms that a busy machine comes
    // late to either do not change which it is.
    const { stdout } = await volley(
      ...['sweep', server.url, '--preset', 'openai-chat', '--model', 'mock', '-c', '8..16', '-n', '32'],
      ...['--slo', 'ttft<600ms', '--slo-target', '95%', '--warmup', '0s', '-w', '1', '-q', '-o', 'json'],
    );
    const { levels, capacity } = JSON.parse(stdout) as Sweep;
    // On a machine that has no core for it, volley may be the limit at once.
    expect(levels[0]?.level ?? 8).toBe(8);
    for (const { level, isGood, summary } of levels) {
      expect([level, summary.requests.ok]).toEqual([level, 32]);
      // A slot gives one answer in 400 ms at most.
      expect(summary.rate.throughputPerSecond).toBeLessThan(8 / 0.398);
      if (level > 8) expect([level, isGood]).toEqual([level, false]);
    }
    expect(capacity?.level ?? 8).toBe(8);
  } finally {
    await server.close();
  }
});

test('what is wrong with a sweep is told before anything is sent', async () => {
  const { code, stderr } = await volley(
    'sweep',
    'http://127.0.0.1:1/',
    '-c',
    '8..4',
    '--budget',
    'x',
    '-o',
    'csv',
    '-n',
    '0',
  );
  expect(code).toBe(2);
  expect(stderr.split('\n')).toEqual([
    "volley: --output 'csv': choose one of text, json, markdown, html.",
    "volley: --concurrency '8..4': give a range of whole numbers from 1 to 1,000,000, such as 1..64: the sweep begins with the first and goes up to the second.",
    "volley: --budget 'x': give a time such as 500ms, 10s, 2m or 1h, more than zero and at most 168h.",
    "volley: --requests '0': give a whole number from 1 to 1,000,000,000,000.",
    '',
  ]);
  // What a sweep does not have is not checked against its other options.
  const stages = await volley('sweep', 'http://127.0.0.1:1/', '--stages', '1s:1', '-n', '1e3', '-c', '1..4');
  expect(stages.stderr.split('\n')).toEqual([
    expect.stringMatching(/^volley: --stages is not an option here: it belongs to volley <url>, /),
    "volley: --requests '1e3': give a whole number from 1 to 1,000,000,000,000, such as 1000 or 1k.",
    '',
  ]);
  const both = await volley('sweep', 'http://127.0.0.1:1/', '-c', '1..4', '-r', '1..4', '--pacing', 'eco');
  expect(both.stderr).toBe(
    'volley: --concurrency with --rate: a sweep raises one of them: leave the other out; --max-in-flight limits connections.\n',
  );
  const rate = await volley('sweep', 'http://127.0.0.1:1/', '-r', '4..1', '--max-in-flight', '9');
  expect(rate.stderr).toMatch(/^volley: --rate '4\.\.1': give a range of whole numbers from .*\n$/);
});

test('the budget is kept, also where a level takes longer than anybody could know', async () => {
  const target = await startTarget();
  const little = await volley('sweep', `${target.url}delay/5`, '-d', '5s', '--budget', '3s');
  expect([little.code, little.stderr]).toEqual([
    2,
    "volley: --budget '3s': one level alone takes 6.5 s: give more, or a shorter --duration or --warmup.\n",
  ]);
  expect(target.stats().requests).toBe(0);
  const fromMs = performance.now();
  const { code, stdout } = await volley(
    ...['sweep', `${target.url}delay/500`, '-c', '1..4', '-n', '200', '--warmup', '0s', '-w', '1'],
    ...['--budget', '2s', '-q', '-o', 'json'],
  );
  // Each of the levels would take a minute and a half.
  expect(performance.now() - fromMs).toBeLessThan(60_000);
  const { endedBy, levels, conclusions, interrupted } = JSON.parse(stdout) as Sweep;
  expect([code, endedBy, levels, interrupted]).toEqual([1, 'budget', [], false]);
  expect(conclusions).toEqual([
    'Stopped: --budget left too little time for another level: raise it, or use a shorter -d.',
  ]);
});

test('a sweep that is killed leaves the levels that were done', async () => {
  const target = await startTarget();
  const [out, html] = [inFolder('killed.json'), inFolder('killed.html')];
  const asked = ['-c', '1..2', '-d', '1s', '--warmup', '0s', '-w', '1', '--out', out, '--html', html];
  const sweeping = startVolley(['sweep', `${target.url}delay/5`, ...asked]);
  const isUnderWay = await sweeping.stderrHas('2 connections …').then(
    () => true,
    () => false,
  );
  sweeping.child.kill('SIGKILL');
  const { signal } = await sweeping.ended;
  // On a machine that has no core for it, volley is the limit at the first level, and the sweep ends by itself.
  if (!isUnderWay || signal !== 'SIGKILL') return;
  const saved = JSON.parse(readFileSync(out, 'utf8')) as Sweep;
  expect([saved.levels.map(({ level }) => level), saved.endedBy]).toEqual([[1], 'unfinished']);
  const shown = await volley('report', html);
  expect([shown.code, shown.stdout.replaceAll('\n', ' ')]).toEqual([
    0,
    expect.stringContaining('Incomplete: saved during the sweep'),
  ]);
  expect(JSON.parse((await volley('report', html, '-o', 'json')).stdout)).toEqual(saved);
});
