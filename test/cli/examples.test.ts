import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BIN, ROOT } from '../support/cli.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const example = (name: string): string => join(ROOT, 'examples', name);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In the pinned Node, which the shell of ci-step.sh has to find as well. */
function ran(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const path = `${join(process.execPath, '..')}:${process.env['PATH']}`;
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...process.env, PATH: path, ...env } }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

/** One for each file; the count is the server's own. */
const EXAMPLES = {
  'batch.ts': async () => {
    const target = await startTarget();
    const { stdout } = await ran(process.execPath, [example('batch.ts'), target.url]);
    expect(stdout).toContain('row 100 asked for /headers?id=100\n');
    expect(stdout).toContain('answered 100\n');
    expect(target.stats().requests).toBe(100);
  },
  'ci-step.sh': async () => {
    const target = await startTarget();
    const folder = mkdtempSync(join(tmpdir(), 'volley-example-'));
    const good = await ran(example('ci-step.sh'), [], { TARGET: target.url, REPORTS: folder });
    expect(good).toEqual({ code: 0, stdout: '', stderr: expect.any(String) });
    expect(readdirSync(folder).sort()).toEqual(['volley.json', 'volley.xml']);
    expect(readFileSync(join(folder, 'volley.xml'), 'utf8')).toContain('failures="0"');
    const bad = await ran(example('ci-step.sh'), [], { TARGET: `${target.url}status/500`, REPORTS: folder });
    expect(bad.code).toBe(1);
    expect(readFileSync(join(folder, 'volley.xml'), 'utf8')).not.toContain('failures="0"');
  },
  'compare.ts': async () => {
    const targets = [await startTarget(), await startTarget()];
    const urls = targets.map(({ url }) => url);
    const load = ['--rounds', '2', '-n', '50', '-c', '5', '-w', '1', '--warmup', '0s'];
    const { stdout } = await ran(process.execPath, [example('compare.ts'), ...urls, ...load]);
    // Two rounds never tell.
    expect(stdout).toMatch(
      /^failures of the baseline: no-difference\np50 of the baseline: undecided [\d.]+\n$/,
    );
    expect(targets.map((target) => target.stats().requests)).toEqual([100, 100]);
  },
  'plan.yaml': async () => {
    const target = await startTarget();
    const base = target.url.slice(0, -1);
    const { code } = await ran(process.execPath, [BIN, 'run', example('plan.yaml'), '--set', `base=${base}`]);
    expect(code).toBe(0);
    expect(target.stats().requests).toBe(400);
    expect(target.stats().byPath['/echo']).toBeGreaterThan(0);
  },
  'run.ts': async () => {
    const target = await startTarget();
    const good = await ran(process.execPath, [example('run.ts'), target.url]);
    expect(good.code).toBe(0);
    expect(good.stdout).toContain('ok 2000 failed 0\n');
    expect(target.stats().requests).toBe(2_000);
    const failing = await ran(process.execPath, [example('run.ts'), `${target.url}status/500`]);
    expect(failing.code).toBe(1);
    const wrong = await ran(process.execPath, [example('run.ts'), 'ftp://127.0.0.1/']);
    expect(wrong).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('ftp') });
  },
};

describe('examples', () => {
  test('each file has a test', () => {
    const files = readdirSync(join(ROOT, 'examples')).filter(
      (name) => !/^(README\.md|tsconfig\.json)$/.test(name),
    );
    expect(files.sort()).toEqual(Object.keys(EXAMPLES));
  });

  test.each(Object.entries(EXAMPLES))('%s', (_name, check) => check(), 60_000);

  test('their types fit', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(await ran(process.execPath, [tsc, '-p', join(ROOT, 'examples')])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});
