import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isAtTop, runAtTop } from './at-top.ts';
import { type CarriedModules, carriedFrom } from './carried-modules.ts';
import { refuseEnding } from './ending-calls.ts';
import { checkShared } from './shared-code.ts';

const OWN_NAME = 'volley';
const ADVICE_OF_NODE = /^Failed to load the ES module: /;
/** Kept, as a module may replace them. */
const OwnPromise = Promise;
const later = setImmediate;
const UNTYPED = 'MODULE_TYPELESS_PACKAGE_JSON';

let own: string | null = null;
/** What imports have led to: by importing module, and what it wrote. Null unless asked for. */
let recorded: Map<string, Map<string, string>> | null = null;
/** By folder. */
const carried = new Map<string, CarriedModules>();

/**
 * Imports a module of the user's, in TypeScript or JavaScript, ESM or CommonJS. In it, and in what it imports,
 * `volley` is this volley, whether or not another is installed next to the module.
 *
 * @param url of the module
 * @param volley path of the module that `volley` stands for
 * @param folder where its files are, if it comes from another machine
 * @returns what it exports by default; undefined where it exports nothing
 */
export async function importDefault(url: string, volley: string, folder?: string): Promise<unknown> {
  const exported = (await importAll(url, volley, folder))['default'];
  // What a compiler has made of `export default` in CommonJS.
  return typeof exported === 'object' &&
    exported !== null &&
    '__esModule' in exported &&
    'default' in exported
    ? exported.default
    : exported;
}

/**
 * The same with everything that it exports, by its names. `process.exit()` at the top of it throws: it would end
 * volley as if all were well.
 */
export async function importAll(
  url: string,
  volley: string,
  folder?: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (own === null) {
    refuseEnding(() => (isAtTop() ? 'throw an error instead' : null));
    registerHooks({ resolve });
  }
  own = pathToFileURL(volley).href;
  const from = folder === undefined ? null : (carried.get(folder) ?? carriedFrom(folder));
  if (folder !== undefined && from !== null) carried.set(folder, from);
  const place = from === null ? url : from.placeOf(url);
  const load = (): Promise<unknown> => withoutAdviceOfNode(() => import(place));
  const exported = (await runAtTop(load)) as Readonly<Record<string, unknown>>;
  await checkShared();
  return exported;
}

/**
 * Keeps from being printed what Node advises on a module that its folder makes CommonJS: it knows no ending of
 * TypeScript, and what volley says of the error is right for both. Nor is there anything to do where its folder does not
 * say what it is, once in each thread: that is read correctly.
 */
async function withoutAdviceOfNode<T>(load: () => Promise<T>): Promise<T> {
  const listeners = process.listeners('warning');
  const others = (warning: Error): void => {
    const isUntyped = 'code' in warning && warning.code === UNTYPED;
    if (!isUntyped && !ADVICE_OF_NODE.test(warning.message))
      for (const listener of listeners) listener(warning);
  };
  for (const listener of listeners) process.off('warning', listener);
  process.on('warning', others);
  try {
    return await load();
  } finally {
    // A warning comes in the next turn.
    await new OwnPromise((resolve) => later(resolve));
    process.off('warning', others);
    for (const listener of listeners) process.on('warning', listener);
  }
}

/** From now on, what is imported is remembered, for `importedBy`. */
export function recordImports(): void {
  recorded ??= new Map();
}

/** What an import in one file stands for. */
interface FoundImport {
  readonly from: string;
  readonly specifier: string;
  readonly url: string;
}

/** Modules with all that they have imported, and those: each import that led to a file. */
export function importedBy(modules: readonly string[]): FoundImport[] {
  const found: FoundImport[] = [];
  const known = new Set(modules);
  // Grows while it is walked.
  for (const from of known)
    for (const [specifier, url] of recorded?.get(from) ?? []) {
      found.push({ from, specifier, url });
      known.add(url);
    }
  return found;
}

/** The file that a module was loaded from: its URL, with links followed. */
export function fileOf(module: string): string {
  for (const found of recorded?.values() ?? []) {
    const url = found.get(module);
    if (url !== undefined) return url;
  }
  return module;
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;

function resolve(...[specifier, context, next]: Parameters<Resolve>): ReturnType<Resolve> {
  if (specifier === OWN_NAME && own !== null) return { url: own, format: 'module', shortCircuit: true };
  const { parentURL } = context;
  if (parentURL === undefined) return next(specifier, context);
  for (const modules of carried.values())
    if (modules.has(parentURL)) return modules.resolve(specifier, context, next);
  const found = next(specifier, context);
  if (recorded !== null && found.url.startsWith('file:')) {
    const of = recorded.get(parentURL) ?? new Map<string, string>();
    recorded.set(parentURL, of.set(specifier, found.url));
  }
  return found;
}
