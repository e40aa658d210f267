import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const OWN_NAME = 'volley';

let own: string | null = null;

/**
 * Imports a module of the user's, in TypeScript or JavaScript, ESM or CommonJS. In it, and in what it imports,
 * `volley` is this volley, whether or not one is installed beside it.
 *
 * @param url of the module
 * @param volley path of the module that `volley` stands for
 * @returns what it exports by default; undefined where it exports nothing
 */
export async function importDefault(url: string, volley: string): Promise<unknown> {
  const exported = (await importAll(url, volley))['default'];
  // What a compiler has made of `export default` in CommonJS.
  return typeof exported === 'object' &&
    exported !== null &&
    '__esModule' in exported &&
    'default' in exported
    ? exported.default
    : exported;
}

/** The same with everything that it exports, by its names. */
export async function importAll(url: string, volley: string): Promise<Readonly<Record<string, unknown>>> {
  if (own === null)
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === OWN_NAME && own !== null
          ? { url: own, format: 'module', shortCircuit: true }
          : next(specifier, context),
    });
  own = pathToFileURL(volley).href;
  return (await import(url)) as Readonly<Record<string, unknown>>;
}
