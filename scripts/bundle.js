// Puts the compiled modules together into a few files, so that a start and each worker load those and not hundreds:
// nearly half of a start's CPU. With --watch it goes on doing so at every change.
//
// A file in dist/bundle lies as deep as its sources in dist/src, so that what they name relative to themselves
// (workers' entries, package.json) is found from both: all of them are two folders below, `main/text` for example.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, watch } from 'rolldown';

const SOURCES = fileURLToPath(new URL('../dist/src/', import.meta.url));
/** What `volley --version` and a script that imports volley load: it shall stay small. */
const SMALL = ['main/text/version.js', 'module/volley.js'];
/** What is run, started or imported by its path. */
const ENTRIES = [
  'api/index.js',
  'main/cli/index.js',
  'main/compare/round-entry.js',
  'main/doctor/bench-entry.js',
  ...SMALL,
  'target/precise-entry.js',
  'target/process-entry.js',
  'workers/process-entry.js',
  'workers/act-once.js',
  'workers/send-once.js',
  'workers/thread-entry.js',
];
/** What a plain run loads in any case, in the coordinator and in a worker: a file for each, and one for both. */
const RUN = [
  'main/cli/commands.js',
  'main/cli/help/topic-names.js',
  'main/cli/misplaced-words.js',
  'main/cli/run-command.js',
  'main/pool/own-process.js',
  'main/pool/roomy-heap.js',
  'machine/compiled-code.js',
];
const WORKER = ['workers/thread-entry.js', 'workers/clients/wire/http1/wire-client.js'];
/** Dependencies that a run needs before its first request: finding and loading their files would take longer. */
const INCLUDED = new Set(['yargs', 'simple-statistics', 'piscina']);
const PACKAGES = `${sep}node_modules${sep}`;

const options = {
  input: Object.fromEntries(ENTRIES.map((entry) => [entry.replace('.js', ''), join(SOURCES, entry)])),
  external: isApart,
  platform: 'node',
  logLevel: 'warn',
  // A busy machine is nothing to warn about, nor is an import that is put off in one place only.
  checks: { bundlerTimings: false, ineffectiveDynamicImport: false },
  plugins: [
    { name: 'compiled', load: withItsMap },
    { name: 'threads', transform: whereItsThreadsBegin },
    { name: 'licences', generateBundle: addLicences },
    { name: 'modules of Node', generateBundle: withoutTheirEsForm },
    { name: 'ascii', generateBundle: escapeAll },
  ],
  output: {
    dir: fileURLToPath(new URL('../dist/bundle/', import.meta.url)),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'main/shared/[name]-[hash].js',
    sourcemap: true,
    // A group takes what its modules import along, unless an earlier one has it. All else that several files need, and
    // what is imported when it is needed, stays apart.
    codeSplitting: { groups: ['small', 'both', 'run', 'worker'].map(asGroup) },
  },
};

/** Other dependencies are installed beside the package. */
function isApart(id, importer) {
  if (isBuiltin(id)) return true;
  if (id.startsWith('.') || isAbsolute(id)) return false;
  return !INCLUDED.has(id) && importer?.includes(PACKAGES) !== true;
}

/** Piscina's threads begin with a file that stays in its package: found from there, and not beside the bundle. */
function whereItsThreadsBegin(code, id) {
  if (!/[\\/]piscina[\\/]dist[\\/]index\.js$/.test(id)) return null;
  const replaced = code.replace("(__dirname, 'worker.js')", "(require.resolve('piscina'), '../worker.js')");
  if (replaced === code) throw new Error('piscina names the file of its threads in another way');
  return { code: replaced, map: null };
}

const IMPORT_OF_NODE =
  /^import (?:(\w[\w$]*)(?:, )?)?(?:\* as ([\w$]+)|\{([^}]*)\})? ?from "(?:node:)?([\w/]+)";$/gm;

/**
 * The ES form of a module of Node reads all that the module exports, and so loads what Node itself would load when it is
 * needed: streams, promises, timers. That takes each start 10 ms.
 */
function withoutTheirEsForm(_options, bundle) {
  for (const chunk of Object.values(bundle))
    if (chunk.type === 'chunk') chunk.code = chunk.code.replace(IMPORT_OF_NODE, asConstants);
}

/** In the same line, so that the map still holds. */
function asConstants(line, whole, namespace, names, module) {
  if (!isBuiltin(`node:${module}`)) return line;
  const found = `globalThis.process.getBuiltinModule("node:${module}")`;
  const single = [whole, namespace].filter(Boolean).map((name) => `const ${name} = ${found};`);
  const several = names === undefined ? [] : [`const {${names.replaceAll(' as ', ': ')}} = ${found};`];
  return [...single, ...several].join(' ');
}

/** The licences of the dependencies that are included have to be passed on with them. */
function addLicences(_options, bundle) {
  const modules = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
  const folders = new Set(
    modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} is included without a licence`);
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  this.emitFile({
    type: 'asset',
    fileName: 'THIRD-PARTY.txt',
    source: texts.join(`\n${'-'.repeat(80)}\n\n`),
  });
}

/**
 * A file that is all ASCII is read several times as fast, and V8 keeps it in half the memory. Units of UTF-16 are escaped,
 * which means the same in strings, templates and regular expressions.
 */
function escapeAll(_options, bundle) {
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== 'chunk') continue;
    const unsafe = /\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f]/.exec(chunk.code);
    if (unsafe !== null) throw new Error(`${chunk.fileName}: ${unsafe[0]} cannot be escaped`);
    chunk.code = chunk.code.replace(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
}

/** A compiled module with the compiler's map, so that the bundle's map leads to TypeScript. */
function withItsMap(id) {
  if (!id.startsWith(SOURCES)) return null;
  return {
    code: readFileSync(id, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'),
    map: JSON.parse(readFileSync(`${id}.map`, 'utf8')),
  };
}

function asGroup(group, index, { length }) {
  const name = (id, context) => (groupOf(id, context) === group ? group : null);
  return { name, debugName: group, priority: length - index };
}

/** Modules of each group, once all are known. */
let groups = null;

/** Rolldown asks for each module once it has read all of them. */
function groupOf(id, context) {
  groups ??= {
    small: importedBy(SMALL, context),
    run: importedBy(RUN, context),
    worker: importedBy(WORKER, context),
  };
  const { small, run, worker } = groups;
  // What rolldown needs itself.
  if (id.includes('rolldown/runtime')) return 'both';
  if (small.has(id)) return 'small';
  if (run.has(id)) return worker.has(id) ? 'both' : 'run';
  return worker.has(id) ? 'worker' : null;
}

/** These modules and all that they import, and those import, when they are loaded. */
function importedBy(modules, context) {
  const found = new Set();
  const left = modules.map((module) => join(SOURCES, module));
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id) || !id.startsWith(SOURCES)) continue;
    found.add(id);
    left.push(...(context.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

if (process.argv.includes('--watch')) {
  watch(options).on('event', ({ code }) => {
    if (code === 'START') groups = null;
  });
} else {
  const bundle = await rolldown(options);
  await bundle.write(options.output);
  await bundle.close();
}
