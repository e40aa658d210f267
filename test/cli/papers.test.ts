import { accessSync, constants, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../support/cli.ts';
import { linksOf } from '../support/papers.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAPERS = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'examples/**/*.md'], { cwd: ROOT }).sort();
const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };

/** Anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );

const SOURCES = globSync(['src/**', 'test/**', 'bench/*.js', 'scripts/*', 'docs/**'], {
  cwd: ROOT,
  exclude: ['bench/node_modules'],
});
/** How a path within the project begins; of sources `src/` may be left out, and the whole folder. */
const ROOMS = /^((src|test|bench|scripts|docs|protocol|metrics|requests|workers|main|target)\/|[\w-]+\.ts$)/;
const isThere = (name: string): boolean =>
  SOURCES.some((path) => `/${path}`.endsWith(`/${name.replace(/\/$/, '')}`) || path.endsWith(`/${name}.ts`));

test('there are papers to check', () => {
  expect(PAPERS).toEqual(
    expect.arrayContaining(['CONTRIBUTING.md', 'README.md', 'RELEASING.md', 'SECURITY.md', 'docs/cli.md']),
  );
});

describe.each(PAPERS)('%s', (paper) => {
  test('its links lead to files and headings that exist', () => {
    expect(linksOf(read(paper)).filter((link) => !leadsSomewhere(paper, link))).toEqual([]);
  });

  test('the files of the project that it names exist', () => {
    const named = [...read(paper).matchAll(/`([\w.-]+\/[\w./-]+|[\w-]+\.ts)`/g)].map(([, name]) => name!);
    expect(named.filter((name) => ROOMS.test(name) && !isThere(name))).toEqual([]);
  });

  test('the npm scripts that it names exist', () => {
    const named = [...read(paper).matchAll(/npm run (?:--silent )?([a-z-]+(?::[a-z-]+)*)/g)].map(
      ([, name]) => name!,
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('contributors are told of every script', () => {
  const told = read('CONTRIBUTING.md') + read('bench/README.md') + read('README.md');
  // npm itself runs the first; the second is part of `build`.
  const silent = ['prepare', 'clean'];
  const untold = Object.keys(scripts).filter(
    (name) => !silent.includes(name) && !new RegExp(`npm (run )?${name}(?![a-z:-])`).test(told),
  );
  expect(untold).toEqual([]);
});

test('the workflow on GitHub runs what .ci/run runs, and nothing besides', () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as {
    jobs: Readonly<Record<string, { steps: readonly { run?: string }[] }>>;
  };
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  expect([...new Set(commands)]).toEqual(['.ci/run']);
  expect(() => accessSync(join(ROOT, '.ci/run'), constants.X_OK)).not.toThrow();
});

function leadsSomewhere(paper: string, link: string): boolean {
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path === '' ? paper : join(dirname(paper), decodeURI(path));
  try {
    accessSync(join(ROOT, target));
  } catch {
    return false;
  }
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}
