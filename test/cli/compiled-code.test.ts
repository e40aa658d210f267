import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();

/** A user's environment without a cache of the tests' own. */
function userAt(home: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: undefined,
    XDG_CACHE_HOME: undefined,
    NODE_COMPILE_CACHE: undefined,
  };
}

async function runAs(env: NodeJS.ProcessEnv, mode: string): Promise<void> {
  const target = await startTarget();
  const args = [target.url, '-n', '2', '-c', '1', '-w', '1', '--mode', mode, '-q'];
  const { code, stderr } = await startVolley(args, { env }).ended;
  expect({ code, stderr, requests: target.stats().requests }).toEqual({ code: 0, stderr: '', requests: 2 });
}

const keptIn = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' });

describe('compiled code', () => {
  test('is kept in the user’s own folder, that of the workers too', async () => {
    const home = inFolder('home');
    mkdirSync(home);
    await runAs(userAt(home), 'threads');
    const ofThreads = keptIn(`${home}/.cache/volley`);
    expect(ofThreads.length).toBeGreaterThan(10);
    await runAs(userAt(home), 'processes');
    expect(keptIn(`${home}/.cache/volley`).length).toBeGreaterThan(ofThreads.length);
  });

  test('is not kept where there is no place for it, or where Node is told not to', async () => {
    const occupied = inFolder('occupied');
    writeFileSync(occupied, '');
    await runAs({ ...userAt(inFolder('nowhere')), XDG_CACHE_HOME: occupied }, 'inline');
    const home = inFolder('unwanted');
    mkdirSync(home);
    await runAs({ ...userAt(home), NODE_DISABLE_COMPILE_CACHE: '1' }, 'threads');
    expect(keptIn(home)).toEqual([]);
  });
});
