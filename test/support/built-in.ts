import { syncBuiltinESMExports } from 'node:module';

/** Calls `act` while functions of one of Node's modules are replaced, for whoever imports them. */
export async function withBuiltIn(
  name: 'node:child_process' | 'node:dns/promises' | 'node:fs',
  replaced: Readonly<Record<string, unknown>>,
  act: () => void | Promise<void>,
): Promise<void> {
  const module = process.getBuiltinModule(name) as unknown as Record<string, unknown>;
  const before = Object.fromEntries(Object.keys(replaced).map((key) => [key, module[key]]));
  try {
    Object.assign(module, replaced);
    syncBuiltinESMExports();
    await act();
  } finally {
    Object.assign(module, before);
    syncBuiltinESMExports();
  }
}
