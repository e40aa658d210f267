import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();

/** What is computed in all, or more on a machine that takes the processor away meanwhile: the code says how much it was. */
const COMPUTES_MS = 150;

const BUSY = `
let [spentMs, calls] = [0, 0];
export const busy = () => {
  const from = performance.now();
  let took = 0;
  while (took < 0.1) took = performance.now() - from;
  spentMs += took;
  return { calls: ++calls };
};
export const spent = () => { const ms = spentMs; [spentMs, calls] = [0, 0]; return { ms }; };
export const rests = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return {}; };
`;

const CALL = '{ call: ./busy.mjs#busy }';
const SAID = `{ call: ./busy.mjs#spent, sets: [ms] }, { get: '/spent?ms={{ms}}' }`;
const COUNTED = '{ call: ./busy.mjs#busy, sets: [calls] }';
const FIFTY = `[${Array.from({ length: 50 }, (_, index) => index).join(', ')}]`;

/** Flows, each of which computes for 0.1 ms 1,500 times. */
const FLOWS = {
  repeat: `[{ get: / }, { repeat: 1500, flow: [${CALL}] }]`,
  'for in repeat': `[{ repeat: 30, flow: [{ for: x, in: ${FIFTY}, flow: [{ if: x >= 0, then: [${CALL}] }] }] }]`,
  while: `[${COUNTED}, { while: calls < 1500.0, most: 1500, flow: [${COUNTED}] }]`,
  group: `[{ get: / }, { repeat: 1500, flow: [{ group: g, flow: [${CALL}, { check: { well: n > 0 } }] }] }]`,
  'after other waits': `[{ repeat: 2, flow: [{ call: ./busy.mjs#rests }, { repeat: 750, flow: [${CALL}] }] }]`,
};

const STEPS = '{ let left = 1500; while (left-- > 0) { busy(); ';
/** The same in modules. */
const BODIES = {
  'await null': `${STEPS} await null; } }`,
  'resolved promises': `await vu.http.get('/'); ${STEPS} await Promise.resolve(left); } }`,
  'async functions and checks': `const one = async () => busy(); ${STEPS} vu.check(await one(), { well: (got) => got !== null }); } }`,
  'checks after other waits': `${STEPS} if (left % 50 === 0) await new Promise(setImmediate); vu.check(left, { well: (left) => left >= 0 }); } }`,
  'groups after other waits': `${STEPS} if (left % 50 === 0) await new Promise(setImmediate); await vu.group('g', () => {}); } }`,
  'all at once': `await vu.http.get('/'); ${STEPS} if (left % 100 === 0) await Promise.all([null, vu.sleep(1)]); } }`,
};

const ONCE = `{ executor: per-vu-iterations, vus: 1, iterations: 1 }`;

function flowFile(name: string, flow: string, load = ONCE, webMs = 500): string {
  writeFileSync(file('busy.mjs'), BUSY);
  const path = file(`${name.replaceAll(' ', '-')}.yaml`);
  const web = `{ load: { executor: constant-arrival-rate, rate: 150, duration: ${webMs}ms }, flow: [{ get: / }] }`;
  const scenarios = `  web: ${web}\n  spin: { load: ${load}, flow: ${flow.replace(/]$/, `, ${SAID}]`)} }`;
  writeFileSync(path, `url: ${shop.url}\nscenarios:\n${scenarios}\n`);
  return path;
}

function moduleFile(name: string, body: string): string {
  writeFileSync(file('busy.mjs'), BUSY);
  const path = file(`${name.replaceAll(' ', '-')}.mjs`);
  writeFileSync(
    path,
    `import { defineTest } from 'volley';\nimport { busy, spent } from './busy.mjs';
    export default defineTest({ baseURL: '${shop.url}', scenarios: {
      web: { load: { executor: 'constant-arrival-rate', rate: 150, duration: '500ms' }, exec: (vu) => vu.http.get('/') },
      spin: { load: { executor: 'per-vu-iterations', vus: 1, iterations: 1 }, exec: async (vu) => { ${body} await vu.http.get('/spent?ms=' + spent().ms); } },
    } });\n`,
  );
  return path;
}

async function ran(path: string): Promise<Summary> {
  const { stdout } = await volley('run', path, '--mode', 'inline', '-o', 'json');
  return JSON.parse(stdout) as Summary;
}

test.each([
  ...Object.entries(FLOWS).map(([name, flow]) => [`${name} of steps`, () => flowFile(name, flow)] as const),
  ...Object.entries(BODIES).map(
    ([name, body]) => [`${name} in a module`, () => moduleFile(name, body)] as const,
  ),
])('code that computes in %s is counted, all of it and as that of its scenario', async (_, written) => {
  shop.forget();
  const { scenarios } = await ran(written());
  const { code, total } = scenarios!;
  expect(total).toMatchObject({ started: 76, completed: 76 });
  const spentMs = Number(shop.visits.find(({ path }) => path === '/spent')!.query['ms']);
  expect(spentMs).toBeGreaterThanOrEqual(COMPUTES_MS);
  const [most, rest] = code!.scenarios!;
  expect(most!.name).toBe('spin');
  expect(most!.ms).toBeGreaterThan(0.98 * spentMs);
  // With the steps themselves.
  expect(most!.ms).toBeLessThan(2 * spentMs + 200);
  expect(rest!.name).toBe('web');
  expect(rest!.ms).toBeLessThan(0.6 * spentMs);
  expect(code!.ms).toBeCloseTo(most!.ms + rest!.ms, 6);
  // A piece of the steps takes 100 ms; where it had no processor meanwhile, a short one of the other may be the longest.
  if (code!.longestOf?.scenario === 'web') expect(code!.longestMs).toBeLessThan(60);
});

test('the verdict names the scenario whose steps hold the loop', async () => {
  const path = flowFile(
    'verdict',
    // No loop alone takes as many rounds as after which one lets the event loop go on.
    `[{ repeat: 900, flow: [{ repeat: 900, flow: [${CALL}] }] }]`,
    // Less than a second: an iteration that computes for longer has failed, and the verdict would say that.
    '{ executor: constant-vus, vus: 1, duration: 700ms, gracefulStop: 0 }',
    700,
  );
  const { generator, scenarios } = await ran(path);
  expect(scenarios!.total.interrupted).toBe(1);
  expect(generator.finding).toMatchObject({ code: 'scenario-code', figures: { mostOf: 'spin' } });
  expect(generator.reasons![0]).toMatch(
    /^The scenarios' own code took \d\d\.\d % of an event loop of volley, \d\d\.\d % of that in 'spin'/,
  );
});
