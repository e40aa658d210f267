import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withUnpackedCode } from '../../src/main/cluster/unpacked-code.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import type { CarriedCode, ScenarioCode } from '../../src/protocol/scenario.ts';

const MODULE: ScenarioCode = { type: 'module', url: 'file:///elsewhere/a.mjs' };
const STEPS = { type: 'flow', flow: { scenarios: {} } } as unknown as ScenarioCode;
const CODE: CarriedCode = {
  files: [['a.mjs', new TextEncoder().encode('export default 1')]],
  modules: [['file:///elsewhere/a.mjs', 'a.mjs']],
  imports: [],
};

/** As it comes from another machine, which may write anything into it. */
function planOf(code: ScenarioCode, codeFolder?: string, carried?: CarriedCode): RunPlan {
  return {
    scenarios: { code, ...(codeFolder === undefined ? {} : { codeFolder }) },
    supplies: { secrets: [], ...(carried === undefined ? {} : { code: carried }) },
  } as unknown as RunPlan;
}

test('modules are written into a folder of their own, whatever folder the plan names', () => {
  const { scenarios, supplies } = withUnpackedCode(planOf(MODULE, '/somewhere/of/mine', CODE));
  const folder = scenarios?.codeFolder ?? '';
  try {
    expect(folder).toContain('volley-code-');
    expect(readFileSync(join(folder, 'files/a.mjs'), 'utf8')).toBe('export default 1');
    expect('code' in supplies).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder that a plan names without code is not taken for one of those', () => {
  for (const plan of [planOf(STEPS, '/somewhere/of/mine'), planOf(STEPS, '/somewhere/of/mine', CODE)]) {
    const { scenarios, supplies } = withUnpackedCode(plan);
    expect(['codeFolder' in (scenarios ?? {}), 'code' in supplies]).toEqual([false, false]);
  }
});

test('a file out of its folder is refused', () => {
  for (const path of ['../a.mjs', 'a/../../b.mjs', '/a.mjs']) {
    const outside: CarriedCode = { ...CODE, files: [[path, new Uint8Array()]] };
    expect(() => withUnpackedCode(planOf(MODULE, undefined, outside))).toThrow('outside of its folder');
    expect(existsSync('/a.mjs')).toBe(false);
  }
});
