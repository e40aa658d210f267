import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { printedRun } from '../../src/main/cli/output-form.ts';
import { StepSummary } from '../../src/main/cli/step-summary.ts';
import { cannotWrite, ResultFile, readSaved } from '../../src/main/files/result-file.ts';
import { PLAIN_VIEW } from '../../src/main/reporters/view.ts';
import { useFolder } from '../support/folder.ts';
import { summaryWith } from '../support/summary.ts';

const inFolder = useFolder();
const failed = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('a file that cannot be written', () => {
  test.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EFBIG', 'the file has reached the size limit'],
    ['EIO', 'the disk failed'],
    ['EROFS', 'the file system is read-only'],
  ])('%s is no mistake of the user', (code, reason) => {
    expect(cannotWrite('--samples', 'x.csv', failed(code))).toMatchObject({
      code: 'VOLLEY_NOT_WRITTEN',
      message: expect.stringContaining(`--samples 'x.csv' cannot be written (${reason})`),
    });
  });

  test.each(['ENOENT', 'EACCES', 'ENOTDIR', 'ENAMETOOLONG'])('%s is one', (code) => {
    expect(cannotWrite('--out', 'x', failed(code)).code).toBe('VOLLEY_OUTPUT');
  });

  test('a disk that is full when the result is there', async () => {
    const file = await ResultFile.open('/dev/full');
    await expect(file.commit('x')).rejects.toMatchObject({ code: 'VOLLEY_NOT_WRITTEN' });
    const summary = await StepSummary.open('/dev/full');
    await expect(summary.append('x')).rejects.toMatchObject({ code: 'VOLLEY_NOT_WRITTEN' });
  });
});

test('a result so far stays, whether the last one comes or not; a pipe is given only the last one', async () => {
  const path = inFolder('so-far.json');
  const saved = (): string => readFileSync(path, 'utf8');
  const file = await ResultFile.open(path);
  await file.saveSoFar('one');
  expect(saved()).toBe('one');
  await file.saveSoFar('two');
  await file.discard();
  expect(saved()).toBe('two');
  const other = await ResultFile.open(path);
  await other.saveSoFar('three');
  await other.commit('four');
  expect(saved()).toBe('four');
  // Neither a lock nor a file under another name is left.
  expect(readdirSync(dirname(path)).filter((name) => name.includes('so-far'))).toEqual(['so-far.json']);
  const device = await ResultFile.open('/dev/full');
  await device.saveSoFar('x');
  await device.discard();
});

test.each([
  ['k6', { metrics: { http_req_duration: { avg: 1, 'p(95)': 2 } }, root_group: {} }],
  // What handleSummary gets, here of a script that asked nobody.
  ['k6', { root_group: { name: '', checks: [] }, options: {}, state: {}, metrics: { iterations: {} } }],
  [
    'k6',
    {
      version: '1.0.0',
      config: { duration: 30.1, execution: 'local' },
      metadata: { generatedAt: '2026-10-27T10:00:00Z', k6Version: '1.5.0' },
      results: {
        metrics: [{ name: 'http_reqs', type: 'counter', contains: 'default', values: { count: 9 } }],
      },
    },
  ],
  ['k6', { version: '2.0.0', metadata: { k6_version: '2.2.0' }, results: { checks: {} } }],
  ['vegeta', { latencies: { total: 1, '50th': 2 }, status_codes: { '200': 1 }, requests: 1 }],
])('the JSON of %s is refused, and why is said', async (tool, result) => {
  const folder = inFolder(tool);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'theirs.json'), JSON.stringify(result));
  await expect(readSaved(join(folder, 'theirs.json'))).rejects.toMatchObject({
    code: 'VOLLEY_RESULT_FILE',
    message: expect.stringMatching(
      new RegExp(`of ${tool}, which has only a few percentiles, and no distribution`),
    ),
  });
});

test('a saved batch says first what became of its rows, for people', async () => {
  const counts = { total: 5, skipped: 0, done: 4, doneBefore: 1, ok: 3, failed: 1, retries: 2, returned: 0 };
  const rows = {
    ...counts,
    rateLimitReplies: 0,
    isComplete: false,
    statuses: { '0': 1, '200': 3 },
    errors: { timeout: 1 },
  };
  const batch = { ...summaryWith(), rows };
  const text = await printedRun(batch, 'text', PLAIN_VIEW);
  expect(text).toMatch(
    /^rows {7}4 of 5 answered, 3 ok, 1 failed \(25\.0 %\), 2 retries, 1 journalled before\nby status {2}1 × 0, 3 × 200\nby error {3}1 × timeout\n\nvolley /,
  );
  const limited = { ...batch, rows: { ...rows, limitPerSecond: 50 } };
  expect(await printedRun(limited, 'text', PLAIN_VIEW)).toContain(
    '\nlimit      at most 50/s begin, retries included\n',
  );
  const none = { ...batch, rows: { ...rows, ok: 0, failed: 4 } };
  expect(await printedRun(none, 'text', PLAIN_VIEW)).toMatch(
    /^FAILING: all of the rows failed\n\nrows {7}4 of 5 answered, 0 ok, 4 failed/,
  );
  const bySelect = { ...batch, rows: { ...rows, ok: 0, failed: 4, errors: { select: 4 } } };
  expect(await printedRun(bySelect, 'text', PLAIN_VIEW)).toMatch(
    /^FAILING: all of the rows failed: no answer is JSON, as --select needs it\nThe verdict below is on the requests alone;/,
  );
  expect(await printedRun(batch, 'markdown', PLAIN_VIEW)).toMatch(/^ {4}rows {7}4 of 5 answered/);
  expect(await printedRun(batch, 'csv', PLAIN_VIEW)).toBe(await printedRun(summaryWith(), 'csv', PLAIN_VIEW));
});

test('a page of something else is told as a page, also without a doctype', async () => {
  const path = inFolder('foreign.html');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '<html><body>hi</body></html>');
  await expect(readSaved(path)).rejects.toThrow(/it is a page that holds no result of volley/);
});

test('what is too large for a result, or cannot be one from its beginning on, is not read to its end', async () => {
  const path = inFolder('large');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '{"schemaVersion":1');
  // It takes no room on the disk.
  truncateSync(path, 20_000_000_000);
  await expect(readSaved(path)).rejects.toThrow(
    /large' cannot be used: it has more than 512 MB, and larger results are not read\.$/,
  );
  truncateSync(path, 100_000_000);
  const notJson = / cannot be used: it is not JSON; save one with --out\.$/;
  await expect(readSaved(path)).rejects.toThrow(notJson);
  // These have no end.
  for (const device of ['/dev/zero', '/dev/urandom'])
    await expect(readSaved(device)).rejects.toThrow(notJson);
});
