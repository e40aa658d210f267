import { AsyncLocalStorage } from 'node:async_hooks';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const OWN_NAME = 'volley';

let own: string | null = null;
/** Set in the code of a module at its top, and in what follows from that, such as its timers. */
const AT_TOP = new AsyncLocalStorage<true>();

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

/**
 * The same with everything that it exports, by its names. `process.exit()` at the top of it throws: it would end
 * volley as if all were well.
 */
export async function importAll(url: string, volley: string): Promise<Readonly<Record<string, unknown>>> {
  if (own === null) {
    refuseExitAtTop();
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === OWN_NAME && own !== null
          ? { url: own, format: 'module', shortCircuit: true }
          : next(specifier, context),
    });
  }
  own = pathToFileURL(volley).href;
  return (await AT_TOP.run(true, () => import(url))) as Readonly<Record<string, unknown>>;
}

function refuseExitAtTop(): void {
  const { exit } = process;
  process.exit = (code) => {
    if (AT_TOP.getStore() === undefined) return exit(code);
    throw new Error('process.exit() was called, which would end volley: throw an error instead');
  };
}
