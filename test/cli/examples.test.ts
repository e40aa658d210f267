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

interface ScenariosRan {
  readonly code: number;
  readonly result: {
    readonly scenarios: Readonly<Record<'total' | 'scenarios' | 'checks', unknown>>;
    readonly thresholds: readonly { readonly expression: string; readonly ok: boolean }[];
  };
}

/** A module of scenarios against a server, with its JSON result. */
async function ranScenarios(name: string, target: string): Promise<ScenariosRan> {
  const args = [BIN, 'run', example(name), '--output', 'json'];
  const { code, stdout } = await ran(process.execPath, args, { TARGET: target });
  return { code, result: JSON.parse(stdout) };
}

const rulesIn = ({ thresholds }: ScenariosRan['result']): Readonly<Record<string, boolean>> =>
  Object.fromEntries(thresholds.map(({ expression, ok }) => [expression, ok]));

/** One for each file; the count is the server's own. */
const EXAMPLES = {
  'batch.ts': async () => {
    const target = await startTarget();
    const { stdout } = await ran(process.execPath, [example('batch.ts'), target.url]);
    expect(stdout).toContain('row 100 asked for /headers?id=100\n');
    expect(stdout).toContain('answered 100\n');
    expect(target.stats().requests).toBe(100);
  },
  'cart.ts': async () => {
    const target = await startTarget();
    const { code, result } = await ranScenarios('cart.ts', target.url);
    expect(code).toBe(0);
    const { total, scenarios, checks } = result.scenarios;
    expect(total).toMatchObject({ completed: 40, failed: 0 });
    expect(scenarios).toMatchObject([
      { name: 'buy', completed: 20 },
      { name: 'look', completed: 20 },
    ]);
    expect(checks).toMatchObject([
      { name: 'one line', passed: 20, failed: 0 },
      { name: 'the article chosen', passed: 20, failed: 0 },
    ]);
    // Of /echo: setup, four users who log in, twenty carts and orders, teardown.
    expect(target.stats().byPath).toEqual({ '/echo': 1 + 4 + 40 + 1, '/bytes/1000': 20 });
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
  'login.ts': async () => {
    const target = await startTarget();
    const { code, result } = await ranScenarios('login.ts', target.url);
    expect(code).toBe(0);
    expect(result.scenarios.total).toMatchObject({ completed: 50, failed: 0 });
    expect(result.scenarios.checks).toMatchObject([{ name: 'is logged in', passed: 50, failed: 0 }]);
    expect(target.stats().byPath).toEqual({ '/echo': 100, '/bytes/100': 50, '/headers': 50 });
    expect(rulesIn(result)).toEqual({
      'p95(iteration)<2s': true,
      'p95{login}<1s': true,
      'p95{GET /bytes/{}}<1s': true,
      'error-rate<=1%': true,
      'iteration-errors<=1%': true,
      'script-errors<=0': true,
      'checks>=100%': true,
    });
    // Nobody gets in: the iterations fail, and with them the run.
    const failing = await ranScenarios('login.ts', `${target.url}status/500`);
    expect(failing.code).toBe(1);
    expect(failing.result.scenarios.total).toMatchObject({ completed: 0, failed: 50 });
    // A request that nobody has come to bears out no rule.
    expect(rulesIn(failing.result)).toMatchObject({
      'p95{GET /bytes/{}}<1s': false,
      'error-rate<=1%': false,
    });
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
      (name) => !/^(README\.md|tsconfig\.json|users\.csv)$/.test(name),
    );
    expect(files.sort()).toEqual(Object.keys(EXAMPLES));
  });

  test.each(Object.entries(EXAMPLES))('%s', (_name, check) => check(), 60_000);
});
