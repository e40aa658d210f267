import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAst } from 'rolldown/parseAst';
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
  // Also those by URL, which name what is built.
  const specifiers = [...text.matchAll(/(?:from|import\(|new URL\()\s*'([^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => ({
    from: file,
    to: specifier.startsWith('.')
      ? relative(SOURCE, join(SOURCE, dirname(file), specifier)).replace(/\.js$/, '.ts')
      : specifier,
  }));
});

/**
 * Whether a line with a parenthesis, as a function has before its body, is followed by more than so many lines that are
 * indented deeper: a text without one need not be parsed.
 */
function hasLongBlock(text: string, lines: number): boolean {
  const open: { readonly at: number; readonly indent: number; readonly mayBeFunction: boolean }[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    while (open.length > 0 && open.at(-1)!.indent >= indent) {
      const block = open.pop()!;
      if (block.mayBeFunction && at - block.at > lines) return true;
    }
    open.push({ at, indent, mayBeFunction: /[()]/.test(line) });
  }
  return false;
}

/** Functions of a file that are longer than so many lines, by name and length. */
function longFunctions(text: string, mostLines: number): string[] {
  const long: string[] = [];
  if (!hasLongBlock(text, mostLines / 2)) return long;
  const look = (node: unknown, name: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, start, end, key, id } = node as {
      readonly type?: unknown;
      readonly start?: number;
      readonly end?: number;
      readonly key?: { readonly name?: string };
      readonly id?: { readonly name?: string };
    };
    const own = id?.name ?? key?.name ?? name;
    const lines = start === undefined ? Number.POSITIVE_INFINITY : text.slice(start, end).split('\n').length;
    // What is short holds nothing long.
    if (lines <= mostLines) return;
    if (typeof type === 'string' && type.includes('Function')) long.push(`${own}: ${lines}`);
    for (const child of Object.values(node)) look(child, own);
  };
  look(parseAst(text, { lang: 'ts' }), '');
  return long;
}

const side = (path: string): string => path.split('/')[0]!;
/** A folder of `src`, or of `workers` and `main`. */
const room = (path: string): string => {
  const folders = path.split('/').slice(0, -1);
  return folders.slice(0, ['workers', 'main'].includes(folders[0]!) ? 2 : 1).join('/');
};

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  time: ['metrics', 'protocol'],
  metrics: ['protocol'],
  requests: ['metrics', 'time', 'protocol'],
  machine: [],
  module: ['protocol'],
  workers: ['requests', 'machine', 'metrics', 'time', 'protocol', 'module'],
  target: ['metrics', 'time', 'protocol'],
  main: ['requests', 'machine', 'metrics', 'time', 'protocol', 'target', 'module'],
  api: ['main', 'module', 'target', 'protocol'],
};

/** Two files of one name are about one thing: as the wire, options, workers, words and pages have it. */
const SHARED_NAMES: Readonly<Record<string, string>> = {
  'baseline.ts': 'how a result stands to an earlier one: its shape, and who finds it',
  'cluster-options.ts': 'the table, and who reads it',
  'comparison.ts': 'the shape, and who makes it',
  'conclusions.ts': 'what is found, and its words',
  'distribution.ts': 'the figure, and its panels',
  'exit-codes.ts': 'the numbers, and their words',
  'expectations.ts': 'as options say them, and as a scenario does',
  'failures.ts': 'the figure, and its panel',
  'findings.ts': 'what is found, and its words',
  'histogram.ts': 'the figure, and its panel',
  'index.ts': 'where one begins',
  'load.ts': 'on the wire, in options, in a worker',
  'messages.ts': 'what travels: to workers, and to agents',
  'page.ts': 'a page, and its script',
  'plan-summary.ts': 'the shape, and who makes it',
  'plan.ts': 'what is run, and its panels',
  'process-entry.ts': 'where a process begins',
  'refusal.ts': 'what is not taken: of HTTP/1.1, and of HTTP/2',
  'requests.ts': 'what is sent, and its panel',
  'results.ts': 'results: of a cluster, and as the library reads them',
  'rounds.ts': 'what is measured, and its panel',
  'rows.ts': 'what fills requests in, and its panel',
  'scenario-rules.ts': 'who reads them, and who measures what they ask',
  'sweep.ts': 'the shape, and who makes it',
  'under-way.ts': 'a run so far, and its panel',
  'verdict.ts': 'the finding, and its panels',
};

/** What a room leads to, by way of others too. */
function reachedFrom(start: string, next: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const queue = [start];
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (const to of next.get(at) ?? [])
      if (!reached.has(to)) {
        reached.add(to);
        queue.push(to);
      }
  return reached;
}

function graphOf(name: (path: string) => string): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of IMPORTS) {
    if (!to.endsWith('.ts') || name(from) === name(to)) continue;
    graph.set(name(from), (graph.get(name(from)) ?? new Set()).add(name(to)));
  }
  return graph;
}

describe('who may import what', () => {
  test('there is something to check', () => {
    expect(FILES.length).toBeGreaterThan(50);
    expect(IMPORTS.length).toBeGreaterThan(100);
  });

  test('the arrows between the folders', () => {
    const crossing = IMPORTS.filter(
      ({ from, to }) =>
        to.endsWith('.ts') && side(from) !== side(to) && !ALLOWED[side(from)]!.includes(side(to)),
    );
    // Threads and processes begin by URL, the coordinator's own loop by a call.
    expect(crossing).toEqual([
      { from: 'main/once/parts.ts', to: 'workers/act-once.ts' },
      { from: 'main/once/sent-once.ts', to: 'workers/send-once.ts' },
      { from: 'main/pool/inline-pool.ts', to: 'workers/serve-shard.ts' },
      { from: 'main/pool/process-pool.ts', to: 'workers/process-entry.ts' },
      { from: 'main/pool/thread-pool.ts', to: 'workers/thread-entry.ts' },
    ]);
  });

  test('nothing imports itself by way of others', () => {
    const graph = graphOf((path) => path);
    expect(FILES.filter((file) => reachedFrom(file, graph).has(file))).toEqual([]);
    const rooms = graphOf(room);
    expect([...rooms.keys()].filter((name) => reachedFrom(name, rooms).has(name))).toEqual([]);
  });

  test('two files have one name only for a reason', () => {
    const names = FILES.map((file) => file.slice(file.lastIndexOf('/') + 1));
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    expect([...new Set(twice)].sort()).toEqual(Object.keys(SHARED_NAMES).sort());
  });

  test('each source file is in a room', () => {
    expect(FILES.filter((file) => !file.includes('/') || /^main\/[^/]+$/.test(file))).toEqual([]);
  });

  test('what is named by URL is found from the bundle too, whose files lie two folders below their root', () => {
    const urls = FILES.flatMap((file) =>
      [...readFileSync(join(SOURCE, file), 'utf8').matchAll(/new URL\(\s*'(\.[^']*)'/g)].map(
        (match) => match[1]!,
      ),
    );
    expect(urls.length).toBeGreaterThan(3);
    expect(urls.filter((url) => !url.startsWith('../../'))).toEqual([]);
  });

  test.each([
    { name: 'undici', home: /^workers\/clients\/undici\// },
    { name: 'yargs', home: /^main\/cli\// },
    { name: 'json-p3', home: /^requests\/rfc-path\.ts$/ },
    { name: 'node-html-parser', home: /^requests\/html-selection\.ts$/ },
    { name: '@marcbachmann/cel-js', home: /^requests\/conditions\.ts$/ },
    { name: 'piscina', home: /^main\/pool\/thread-pool\.ts$/ },
    { name: '@opentelemetry/exporter-metrics-otlp-http', home: /^main\/live\/otlp\.ts$/ },
    { name: '@opentelemetry/sdk-metrics', home: /^main\/live\/otlp/ },
    { name: 'bullmq', home: /^main\/cluster\/engine\.ts$/ },
    { name: 'ioredis', home: /^main\/cluster\/redis-connection\.ts$/ },
    { name: 'simple-statistics', home: /^main\/collect\/statistics\.ts$/ },
  ])('$name has one home', ({ name, home }) => {
    const users = IMPORTS.filter(({ to }) => to === name).map(({ from }) => from);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((user) => !home.test(user))).toEqual([]);
  });

  test('units are converted in one place, and in the scripts of pages, which stand alone', () => {
    const isElsewhere = (file: string): boolean =>
      !/^(protocol\/units|main\/reporters\/html\/browser\/)/.test(file);
    const converting = FILES.filter(isElsewhere).flatMap((file) =>
      (
        readFileSync(join(SOURCE, file), 'utf8').match(
          /^(?!\s*(?:\*|\/[/*])).* [*/] (?:1_?000|60_000)\b.*/gm,
        ) ?? []
      ).map((line) => `${file}: ${line.trim()}`),
    );
    expect(converting).toEqual([]);
    const script = readFileSync(join(SOURCE, 'main/reporters/html/browser/page.ts'), 'utf8');
    expect(script).toMatch(/ [*/] 1_000\b/);
  });

  test('what is pure imports nothing of Node', () => {
    const pure =
      /^(metrics\/|time\/(?!clock)|workers\/loads\/(pacing\/|backoff)|workers\/exchange\/failure|main\/collect\/|main\/plan\/(split|quantities)|protocol\/)/;
    expect(IMPORTS.filter(({ from, to }) => pure.test(from) && to.startsWith('node:'))).toEqual([]);
  });

  test('who judges finds codes and figures: words are made where a result is put together', () => {
    const wording = IMPORTS.filter(
      ({ from, to }) =>
        /^main\/(summary|compare)\//.test(from) && /^main\/(text\/(?!version)|reporters\/)/.test(to),
    );
    expect([...new Set(wording.map(({ from }) => from))].sort()).toEqual([
      'main/compare/comparison.ts',
      'main/summary/summarize.ts',
    ]);
  });

  test('functions stay about as long as a screen', () => {
    const read = (file: string): string => readFileSync(join(SOURCE, file), 'utf8');
    const long = FILES.flatMap((file) => longFunctions(read(file), 60).map((name) => `${file} ${name}`));
    expect(long).toEqual([]);
    // That there is something to look at.
    expect(FILES.filter((file) => hasLongBlock(read(file), 45)).length).toBeGreaterThan(20);
    expect(longFunctions('class A {\n  #b() {\n    return 1;\n  }\n}', 2)).toEqual(['b: 3']);
    expect(longFunctions('const f = (\n  a,\n) => {\n  a();\n  a();\n};', 5)).toEqual(['f: 6']);
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

test('files that the page on architecture names are there', () => {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const named = [...page.matchAll(/`([\w./-]+\.ts)`/g)].map((match) => match[1]!);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((name) => !FILES.some((file) => `src/${file}`.endsWith(`/${name}`)))).toEqual([]);
  const outsideRooms = FILES.filter((file) => /^workers\/[^/]+$/.test(file)).map((file) => basename(file));
  expect(outsideRooms.filter((name) => !named.includes(name))).toEqual([]);
});

/** Names in the braces of an import or export: those of the file that they come from, or those given out. */
function namesIn(braces: string, which: 'from there' | 'given out'): string[] {
  return braces.split(',').flatMap((part) => {
    const names = part
      .replace(/\btype\b/, '')
      .trim()
      .split(/\s+as\s+/);
    return (which === 'from there' ? names[0] : names.at(-1)) || [];
  });
}

/** Names that a file gives out, its own and those that it hands on. */
function namesGiven(text: string): string[] {
  const own = text.matchAll(
    /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|enum|function\*?|class|interface|type) (\w+)/gm,
  );
  const lists = text.matchAll(/^export (?:type )?\{([^}]*)\}/gm);
  return [
    ...Array.from(own, (match) => match[1]!),
    ...Array.from(lists, (match) => namesIn(match[1]!, 'given out')).flat(),
  ];
}

/** Names that a file takes, each with where it is from; of a file that it takes as a whole, all its words may be names. */
function namesTaken(path: string, text: string): string[] {
  const fileAt = (specifier: string): string =>
    relative(ROOT, join(dirname(path), specifier))
      .replace(/^dist\//, '')
      .replace(/\.js$/, '.ts');
  const named = text.matchAll(/^(?:import|export)\s(?:type )?\{([^}]*)\}\s*from\s*'(\.[^']+)'/gm);
  const whole = text.matchAll(/(?:\* as \w+ from|^export \* from|import\(|new URL\()\s*'(\.[^']+)'/gm);
  return [
    ...Array.from(named, (match) =>
      namesIn(match[1]!, 'from there').map((name) => `${fileAt(match[2]!)} ${name}`),
    ).flat(),
    ...Array.from(whole, (match) =>
      (text.match(/\w+/g) ?? []).map((name) => `${fileAt(match[1]!)} ${name}`),
    ).flat(),
  ];
}

test('what a file gives out, another one takes', () => {
  const paths = ['src', 'test', 'bench', 'scripts', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js|mjs)$/.test(file) && !file.includes('node_modules'))
      .map((file) => join(ROOT, folder, file)),
  );
  const taken = new Set(paths.flatMap((path) => namesTaken(path, readFileSync(path, 'utf8'))));
  // The compiler alone looks at what agreement.ts says.
  const areTaken = FILES.filter(
    (file) => !['api', 'module'].includes(side(file)) && !file.endsWith('/agreement.ts'),
  );
  const given = areTaken.flatMap((file) =>
    namesGiven(readFileSync(join(SOURCE, file), 'utf8')).map((name) => `src/${file} ${name}`),
  );
  expect(given.length).toBeGreaterThan(1_000);
  expect(given.filter((name) => !taken.has(name))).toEqual([]);
  // That a name is seen whichever way it is given out and taken, and that a word in a comment is not.
  const text = "export { a, type B as C } from './d.ts';\nexport async function e() {}\n// taken: e";
  expect(namesGiven(text)).toEqual(['e', 'a', 'C']);
  expect(namesTaken(join(SOURCE, 'x.ts'), text)).toEqual(['src/d.ts a', 'src/d.ts B']);
  expect(namesTaken(join(SOURCE, 'x.ts'), "const { f } = await import('./g.ts');")).toContain('src/g.ts f');
});
