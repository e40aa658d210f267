import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { FILES, IMPORTS, type ImportsFile } from '../../machine/carried-modules.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { CarriedCode } from '../../protocol/scenario.ts';
import { modulesIn } from '../plan/scenarios/code-modules.ts';

/**
 * A plan from another machine, with the modules that came with it in a folder of their own, which the caller removes. A
 * folder that the plan itself names would be one of this machine's: it is neither used nor removed.
 *
 * @throws Error for a path out of that folder
 */
export function withUnpackedCode(plan: RunPlan): RunPlan {
  if (plan.scenarios === undefined) return plan;
  const { codeFolder: _named, ...scenarios } = plan.scenarios;
  const { code, ...supplies } = plan.supplies;
  if (code === undefined || modulesIn(scenarios.code).length === 0) return { ...plan, supplies, scenarios };
  return { ...plan, supplies, scenarios: { ...scenarios, codeFolder: unpacked(code) } };
}

function unpacked({ files, modules, imports }: CarriedCode): string {
  const outside = files.find(([path]) => /^(?:\.\.|[\\/]|[A-Za-z]:)/.test(normalize(path)));
  if (outside !== undefined) throw new Error(`its code has a file outside of its folder: '${outside[0]}'`);
  // Nobody else on this machine may read it.
  const folder = mkdtempSync(join(tmpdir(), 'volley-code-'));
  for (const [path, content] of files) {
    const file = join(folder, FILES, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const read: ImportsFile = { modules, imports };
  writeFileSync(join(folder, IMPORTS), JSON.stringify(read));
  return folder;
}
