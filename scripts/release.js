// Makes a release by one command: node scripts/release.js 0.2.0 [--dry-run]. On a clean main it dates the section of the
// changelog, sets the version, tries the package in an empty project, commits and tags. It publishes and pushes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHANGELOG = fileURLToPath(new URL('../CHANGELOG.md', import.meta.url));
const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const OPEN_SECTION = /^## (\S+) \(not released\)$/m;

const { values, positionals } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    'skip-try': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const isDry = values['dry-run'];
const [version = ''] = positionals;
const changelog = readFileSync(CHANGELOG, 'utf8');
const { version: current } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const problems = problemsWith();
if (problems.length > 0) {
  for (const problem of problems) console.error(`release: ${problem}`);
  process.exitCode = 2;
} else {
  const today = new Date().toISOString().slice(0, 10);
  step(`CHANGELOG.md: ${version} is of ${today}`, () =>
    writeFileSync(CHANGELOG, changelog.replace(OPEN_SECTION, `## ${version} (${today})`)),
  );
  step(`package.json and its lock: version ${version}`, () =>
    run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts']),
  );
  if (!values['skip-try'])
    step('build, and try the package in an empty project', () => {
      run('npm', ['run', '--silent', 'build']);
      run(process.execPath, ['scripts/try-package.js']);
    });
  step(`commit and tag v${version}`, () => {
    run('git', ['commit', '--quiet', '--all', '--message', `Release ${version}`]);
    run('git', ['tag', '--annotate', `v${version}`, '--message', `volley ${version}`]);
  });
  console.log(`Left to a person: npm publish, git push --follow-tags (see RELEASING.md).`);
}

function problemsWith() {
  const found = [];
  if (!VERSION.test(version)) found.push(`'${version}': give the version, such as 0.2.0.`);
  else if (compare(version, current) < 0) found.push(`'${version}' is before ${current}: give a later one.`);
  if (git('status', '--porcelain') !== '')
    found.push('there are changes that are not committed: commit them first.');
  if (git('branch', '--show-current') !== 'main') found.push('this is not main: a release is made there.');
  if (git('tag', '--list', `v${version}`) !== '') found.push(`there is a tag v${version} already.`);
  if (!OPEN_SECTION.test(changelog))
    found.push("CHANGELOG.md has no section '## … (not released)': say what is new.");
  return found;
}

function step(what, act) {
  console.log(`${isDry ? 'would: ' : ''}${what}`);
  if (!isDry) act();
}

function compare(a, b) {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? 0 : left[at] - right[at];
}

function git(...words) {
  return execFileSync('git', words, { cwd: ROOT, encoding: 'utf8' }).trim();
}

function run(command, words) {
  execFileSync(command, words, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' });
}
