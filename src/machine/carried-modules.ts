import { readFileSync } from 'node:fs';
import { createRequire, type registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** In the folder of modules from another machine: the files themselves, and what their imports stand for. */
export const FILES = 'files';
export const IMPORTS = 'imports.json';

/** What that file has: paths are below the folder of files. */
export interface ImportsFile {
  /** The path of each module, by its URL on the machine that it comes from. */
  readonly modules: readonly (readonly [url: string, path: string])[];
  readonly imports: readonly (readonly [from: string, specifier: string, path: string])[];
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;
type Context = Parameters<Resolve>[1];
type Next = Parameters<Resolve>[2];

/** Modules that came from another machine: their imports lead where they led there. */
export class CarriedModules {
  readonly #root: string;
  readonly #modules: ReadonlyMap<string, string>;
  readonly #imports = new Map<string, string>();

  constructor(folder: string, { modules, imports }: ImportsFile) {
    const urlOf = (path: string): string => pathToFileURL(join(folder, FILES, path)).href;
    this.#root = pathToFileURL(join(folder, FILES, '/')).href;
    this.#modules = new Map(modules.map(([url, path]) => [url, urlOf(path)]));
    for (const [from, specifier, path] of imports)
      this.#imports.set(keyOf(urlOf(from), specifier), urlOf(path));
  }

  /** Whether the importing file is one of these. */
  has(parentURL: string): boolean {
    return parentURL.startsWith(this.#root);
  }

  /** Where a module is now. */
  placeOf(module: string): string {
    const place = this.#modules.get(module);
    if (place === undefined) throw new Error(`${module} did not come with the scenarios`);
    return place;
  }

  resolve(specifier: string, context: Context, next: Next): ReturnType<Resolve> {
    const url = this.#imports.get(keyOf(context.parentURL ?? '', specifier));
    if (url !== undefined) return { url, shortCircuit: true };
    try {
      return next(specifier, context);
    } catch (error) {
      const installed = isOfPackage(specifier) ? installedHere(specifier, context, next) : null;
      if (installed !== null) return installed;
      if (error instanceof Error)
        error.message +=
          ': it did not come with the scenarios. Import it at the top of the module, or install it where the agent was started';
      throw error;
    }
  }
}

/** @param folder that `unpackCode` has filled */
export function carriedFrom(folder: string): CarriedModules {
  return new CarriedModules(folder, JSON.parse(readFileSync(join(folder, IMPORTS), 'utf8')) as ImportsFile);
}

function keyOf(parentURL: string, specifier: string): string {
  return `${parentURL} ${specifier}`;
}

function isOfPackage(specifier: string): boolean {
  return (
    !/^(?:\.{0,2}[\\/]|[A-Za-z]:|file:|node:|#)/.test(specifier) && specifier !== '.' && specifier !== '..'
  );
}

/** A package that is installed where this process was started; null if there is none. */
function installedHere(specifier: string, context: Context, next: Next): ReturnType<Resolve> | null {
  const parentURL = pathToFileURL(join(process.cwd(), 'agent.mjs')).href;
  try {
    if (!context.conditions.includes('require')) return next(specifier, { ...context, parentURL });
    return { url: pathToFileURL(createRequire(parentURL).resolve(specifier)).href, shortCircuit: true };
  } catch {
    return null;
  }
}
