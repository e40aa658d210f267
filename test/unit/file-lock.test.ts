import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { FileLock } from '../../src/main/files/file-lock.ts';
import { thisProcess } from '../../src/main/files/process-identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'volley-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'x.lock');
const take = (): Promise<FileLock> => FileLock.take(path, "--out 'x'");

async function heldBy(changed: object): Promise<void> {
  writeFileSync(path, JSON.stringify({ ...(await thisProcess()), host: hostname(), nonce: '', ...changed }));
}

describe('a lock', () => {
  test('is held by one, who is named to the second, and free afterwards', async () => {
    const lock = await take();
    await expect(take()).rejects.toThrow(
      `--out 'x': it is being written by process ${process.pid} on ${hostname()}: wait for it to end`,
    );
    await lock.release();
    await (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['whose process is gone', { pid: 2 ** 22 + 1 }],
    ['whose number another process has now', { started: '1' }],
    ['of before a restart', { machine: 'another-boot pid:[1]' }],
  ])('%s is taken over, by exactly one of twenty at once', async (_what, changed) => {
    await heldBy(changed);
    const taken = await Promise.allSettled(Array.from({ length: 20 }, take));
    const locks = taken.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(locks).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`);
    await locks[0]!.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a take-over that was cut off is taken over too', async () => {
    await heldBy({ started: '1' });
    writeFileSync(`${path}.taking`, readFileSync(path));
    await (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that cannot be judged from here stays, and so does what is no lock', async () => {
    await heldBy({ machine: 'another-boot pid:[1]', host: 'elsewhere' });
    await expect(take()).rejects.toThrow('which cannot be checked from here: if it is gone, delete');
    for (const text of ['', 'hello', '{"pid":-1}', 'null', '[]']) {
      writeFileSync(path, text);
      await expect(take()).rejects.toThrow('is not a lock of volley');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });
});
