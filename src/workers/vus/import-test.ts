import { fileURLToPath } from 'node:url';
import { importDefault } from '../../machine/load-module.ts';
import type { TestDefinition } from '../../protocol/test-definition.ts';

/** What scenarios import as `volley`. */
const API = fileURLToPath(new URL('../../module/volley.js', import.meta.url));

/** The test that a module exports; the coordinator has checked it. */
export async function importTest(module: string): Promise<TestDefinition> {
  const test = (await importDefault(module, API)) as { readonly definition: TestDefinition };
  return test.definition;
}
