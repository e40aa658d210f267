import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';

const SOURCE = join(ROOT, 'src');

interface Import {
  readonly from: string;
  /** A path below src, or a package. */
  readonly to: string;
}

const FILES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

const IMPORTS: readonly Import[] = FILES.flatMap((file) => {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => ({
    from: file,
    to: specifier.startsWith('.') ? relative(SOURCE, join(SOURCE, dirname(file), specifier)) : specifier,
  }));
});

const side = (path: string): string => path.split('/')[0]!;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  protocol: ['protocol'],
  metrics: ['metrics', 'protocol'],
  requests: ['requests', 'metrics', 'protocol'],
  workers: ['workers', 'requests', 'metrics', 'protocol'],
  target: ['target', 'metrics', 'protocol'],
  main: ['main', 'requests', 'metrics', 'protocol', 'target'],
};

describe('who may import what', () => {
  test('there is something to check', () => {
    expect(FILES.length).toBeGreaterThan(50);
    expect(IMPORTS.length).toBeGreaterThan(100);
  });

  test('the arrows between the folders', () => {
    const crossing = IMPORTS.filter(
      ({ from, to }) => to.endsWith('.ts') && !ALLOWED[side(from)]!.includes(side(to)),
    );
    expect(crossing).toEqual([{ from: 'main/pool/inline-pool.ts', to: 'workers/serve-shard.ts' }]);
  });

  test.each([
    { name: 'undici', home: /^workers\/clients\/undici/ },
    { name: 'yargs', home: /^main\/cli\// },
    { name: 'json-p3', home: /^requests\/rfc-path\.ts$/ },
    { name: 'piscina', home: /^main\/pool\/thread-pool\.ts$/ },
    { name: 'simple-statistics', home: /^main\/summary\/statistics\.ts$/ },
  ])('$name has one home', ({ name, home }) => {
    const users = IMPORTS.filter(({ to }) => to === name).map(({ from }) => from);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((user) => !home.test(user))).toEqual([]);
  });

  test('what is pure imports nothing of Node', () => {
    const pure =
      /^(metrics\/|workers\/pacing\/|workers\/backoff|workers\/failure|main\/merge|main\/plan\/(split|quantities)|protocol\/(?!clock))/;
    expect(IMPORTS.filter(({ from, to }) => pure.test(from) && to.startsWith('node:'))).toEqual([]);
  });

  test('files stay small, entry files tiny', () => {
    const lines = (file: string): number => readFileSync(join(SOURCE, file), 'utf8').split('\n').length;
    expect(FILES.filter((file) => lines(file) > 400)).toEqual([]);
    expect(FILES.filter((file) => /^workers\/.*-entry\.ts$/.test(file) && lines(file) > 15)).toEqual([]);
  });
});

test('these tests run on the Node that package.json pins', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: { node: string };
  };
  expect(process.versions.node).toBe(manifest.devDependencies.node);
});
