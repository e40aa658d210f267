import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useTargets } from '../support/target.ts';

const inFolder = useFolder();
const startTarget = useTargets();
const OPEN = '# Changelog\n\n## 0.1.0 (not released)\n\n- A line.\n';

/** A repository with just what a release touches. */
function project(): {
  git: (...words: string[]) => string;
  release: (...words: string[]) => ReturnType<typeof spawnSync>;
  file: (name: string) => string;
} {
  const folder = inFolder('project');
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  copyFileSync(join(ROOT, 'scripts/release.js'), join(folder, 'scripts/release.js'));
  writeFileSync(join(folder, 'package.json'), '{"name":"volley","version":"0.1.0","type":"module"}');
  writeFileSync(join(folder, 'CHANGELOG.md'), OPEN);
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'a');
  git('config', 'user.email', 'a@b.c');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  const release = (...words: string[]) =>
    spawnSync(process.execPath, [join(folder, 'scripts/release.js'), '--skip-try', ...words], {
      encoding: 'utf8',
    });
  return { git, release, file: (name) => readFileSync(join(folder, name), 'utf8') };
}

test('a release is one command: version, changelog, commit and tag; nothing of it dry, or where something is wrong', () => {
  const { git, release, file } = project();
  const dry = release('0.2.0', '--dry-run');
  expect([dry.status, dry.stdout]).toEqual([
    0,
    expect.stringMatching(/^would: CHANGELOG\.md: 0\.2\.0 is of \d{4}-/),
  ]);
  expect([file('CHANGELOG.md'), git('tag', '--list'), git('status', '--porcelain')]).toEqual([OPEN, '', '']);

  expect(release('0.2.0').status).toBe(0);
  expect(file('CHANGELOG.md')).toMatch(/^## 0\.2\.0 \(\d{4}-\d\d-\d\d\)$/m);
  expect((JSON.parse(file('package.json')) as { version: string }).version).toBe('0.2.0');
  expect([git('tag', '--list'), git('log', '-1', '--format=%s'), git('status', '--porcelain')]).toEqual([
    'v0.2.0\n',
    'Release 0.2.0\n',
    '',
  ]);

  git('switch', '--quiet', '--create', 'other');
  const wrong = release('0.1.9');
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    "release: '0.1.9' is before 0.2.0: give a later one.\nrelease: this is not main: a release is made there.\nrelease: CHANGELOG.md has no section '## … (not released)': say what is new.\n",
  ]);
});

test('the action runs what stands in its arguments, and ends as volley does', async () => {
  const { runs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as {
    runs: { steps: { name: string; run: string }[] };
  };
  const step = runs.steps.find(({ name }) => name === 'Run volley')!;
  const temp = inFolder('runner temp');
  const installed = join(temp, 'volley/node_modules/volley');
  mkdirSync(join(installed, 'bin'), { recursive: true });
  // What it was installed as is another test's matter.
  writeFileSync(join(installed, 'package.json'), '{"type":"module"}');
  writeFileSync(join(installed, 'bin/volley.js'), `import ${JSON.stringify(join(ROOT, 'bin/volley.js'))};`);
  const target = await startTarget();
  const runStep = async (words: string): Promise<number | null> => {
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', step.run], {
      stdio: 'ignore',
      env: {
        ...process.env,
        RUNNER_TEMP: temp,
        NODE: process.execPath,
        STEP_SUMMARY: 'true',
        GITHUB_STEP_SUMMARY: inFolder('summary.md'),
        ARGUMENTS: words,
      },
    });
    return new Promise((resolve) => child.once('close', resolve));
  };
  const summary = inFolder('summary.md');
  const load = `${target.url}bytes/3 -n 20 -c 2 -w 1\n-H 'x-a: b c'`;
  expect(await runStep(`${load} --threshold 'error-rate<1%'`)).toBe(0);
  expect(await runStep(`${load} --threshold 'p50<0.001ms'`)).toBe(1);
  expect(target.stats().byPath).toEqual({ '/bytes/3': 40 });
  expect(readFileSync(summary, 'utf8').match(/^## GET /gm)).toHaveLength(2);

  // A command of volley comes first, whatever the action adds.
  const plan = inFolder('plan.yaml');
  writeFileSync(plan, `url: ${target.url}bytes/5\nrequests: 6\nconcurrency: 1\nworkers: 1\n`);
  expect(await runStep(`run '${plan}'`)).toBe(0);
  expect(target.stats().byPath).toEqual({ '/bytes/3': 40, '/bytes/5': 6 });
  expect(readFileSync(summary, 'utf8').match(/^## GET /gm)).toHaveLength(3);
  expect(await runStep('models')).toBe(0);
});
