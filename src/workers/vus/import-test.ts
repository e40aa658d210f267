import { fileURLToPath } from 'node:url';
import { importAll, importDefault } from '../../machine/load-module.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { TestDefinition } from '../../protocol/test-definition.ts';

/** The module that scenarios import as `volley`. */
const API = fileURLToPath(new URL('../../module/volley.js', import.meta.url));

/** The test exported by a module, or defined by steps; the coordinator has already checked it. */
export async function importTest({
  code,
  codeFolder,
}: Pick<ScenariosPlan, 'code' | 'codeFolder'>): Promise<TestDefinition> {
  if (code.type === 'flow') {
    const { flowTest } = await import('./flow/flow-test.ts');
    return flowTest(code.flow, (module) => importAll(module, API, codeFolder));
  }
  const test = (await importDefault(code.url, API, codeFolder)) as { readonly definition: TestDefinition };
  return test.definition;
}
