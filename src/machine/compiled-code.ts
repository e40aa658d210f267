import module from 'node:module';
import { dirname } from 'node:path';

/** The environment of a worker that keeps its compiled code where this process does, if it does. */
export function environmentWithCompiledCode(): NodeJS.ProcessEnv {
  const folder = module.getCompileCacheDir();
  // Node adds a folder for its version.
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
}
