import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { originHere } from '../../src/main/history/origin.ts';

test('a revision without its branch has none, and neither has a repository without a revision', async () => {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'volley-origin-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], { cwd: folder });
  try {
    process.chdir(folder);
    git('init', '-q', '-b', 'work');
    expect(await originHere()).toMatchObject({ revision: null, branch: null, hasChanges: null });
    writeFileSync(join(folder, 'a'), '1');
    git('add', 'a');
    git('commit', '-q', '-m', 'one');
    expect(await originHere()).toMatchObject({ branch: 'work', hasChanges: false });
    git('checkout', '-q', '--detach');
    writeFileSync(join(folder, 'a'), '2');
    const origin = await originHere();
    expect(origin).toMatchObject({ branch: null, hasChanges: true });
    expect(origin.revision).toMatch(/^[0-9a-f]{40}$/);
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});
