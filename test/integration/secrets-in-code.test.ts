import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const CAPTURED = 'Kx5-given-by-answer-2Vd';
const shop = useShop(({ path }, response) => {
  if (path !== '/session') return false;
  response.end(JSON.stringify({ value: CAPTURED, session: { token: CAPTURED }, name: 'Ada Lovelace' }));
  return true;
});
const volley = useKeptProcess(false);
const file = useFolder();

const SECRET = 'Zq7-kept-apart-9Xw';
/** As much of it as may be seen. */
const BEGINNING = SECRET.slice(0, 4);

function moduleThatTells(): string {
  const path = file('tells.mjs');
  const load = "load: { executor: 'per-vu-iterations', vus: 1, iterations: 1 }";
  writeFileSync(
    path,
    `import { defineTest, fail } from 'volley';
const secret = process.env.SECRET;
export default defineTest({ baseURL: process.env.SHOP,
  teardown() { throw new Error('down with ' + secret); },
  scenarios: {
    reason: { ${load}, async exec(vu) { await vu.http.get('/'); fail(secret + ' was refused'); } },
    // Cut within the secret, with only its beginning left, and after it.
    cut: { ${load}, async exec() { fail('-'.repeat(50) + secret); } },
    most: { ${load}, async exec() { fail('-'.repeat(57) + secret); } },
    behind: { ${load}, async exec() { fail(secret + '-'.repeat(80)); } },
    thrown: { ${load}, async exec() { throw new Error('with ' + secret); } },
    late: { ${load}, async exec(vu) { Promise.reject(new Error('late ' + secret)); await vu.sleep(5); } },
    names: { ${load}, async exec(vu) {
      vu.check(1, { ['knows ' + secret]: () => true });
      await vu.group('for ' + secret, (vu) => vu.http.get('/reset/' + secret));
    } },
    up: { ${load}, vuSetup() { throw new Error('up ' + secret); }, async exec() {} },
    down: { ${load}, vuTeardown() { throw new Error('down ' + secret); }, async exec(vu) { await vu.sleep(1); } },
  } });
`,
  );
  return path;
}

test.each([['json'], ['text'], ['markdown'], ['junit']])(
  'what the code of scenarios says and names shows no secret as %s',
  async (form) => {
    const { stdout, stderr } = await volley.with({ SHOP: shop.url, SECRET }, [
      'run',
      moduleThatTells(),
      ...['--mode', 'inline', '-H', `Authorization: Bearer ${SECRET}`, '-o', form],
    ]);
    expect(stdout.length).toBeGreaterThan(200);
    expect(stdout + stderr).not.toContain(BEGINNING);
    if (form !== 'json') return;
    const { mix, scenarios } = JSON.parse(stdout) as Summary;
    const codes = Object.fromEntries(
      scenarios!.scenarios.map(({ name, errors }) => [name, errors.map(({ code }) => code)]),
    );
    expect(codes).toMatchObject({
      reason: ['… was refused'],
      cut: [`${'-'.repeat(50)}…`],
      most: [`${'-'.repeat(57)}…`],
      behind: [`…${'-'.repeat(59)}`],
    });
    expect(scenarios!.checks.map(({ name }) => name)).toEqual(['knows …']);
    expect(scenarios!.groups.map(({ name }) => name)).toEqual(['for …']);
    expect(scenarios!.teardownFailure).toContain('down with …');
    expect(scenarios!.users.setupFailures!.example).toContain('up …');
    expect(scenarios!.users.teardownFailures!.example).toContain('down …');
    expect(mix.map(({ name }) => name)).toContain('GET /reset/…');
  },
);

test.each([
  ['by its name', 'token: json value', 'token'],
  ['by where it is from', 'who: json session.token', 'who'],
])('a value that is secret %s is not shown by fail, and another is', async (_how, capture, name) => {
  const path = file('captured.yaml');
  const load = 'load: { executor: per-vu-iterations, vus: 1, iterations: 2 }';
  const scenario = (called: string, reason: string): string => `  ${called}:
    ${load}
    flow:
      - { get: /session, capture: { ${capture}, person: json name } }
      - { fail: '${reason}' }
`;
  writeFileSync(
    path,
    `url: ${shop.url}\nscenarios:\n` +
      scenario('whole', `{{person}} has {{${name}}}`) +
      scenario('cut', `{{person}} ${'-'.repeat(40)}{{${name}}}`),
  );
  const { stdout, stderr } = await volley.with({}, ['run', path, '--mode', 'inline', '-o', 'json']);
  expect(stdout + stderr).not.toContain(CAPTURED.slice(0, 4));
  const { scenarios } = (JSON.parse(stdout) as Summary).scenarios!;
  expect(scenarios.map(({ errors }) => errors.map(({ code, count }) => [code, count]))).toEqual([
    [['Ada Lovelace has …', 2]],
    [[`Ada Lovelace ${'-'.repeat(40)}…`, 2]],
  ]);
});
