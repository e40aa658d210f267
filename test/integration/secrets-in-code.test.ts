import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const CAPTURED = 'Kx5-given-by-answer-2Vd';
const COOKIE = 'Vv8-kept-by-user-3Kp';
const shop = useShop(({ path }, response) => {
  if (path !== '/session') return false;
  response.setHeader('set-cookie', `visit=${COOKIE}; path=/`).setHeader('x-auth-token', CAPTURED);
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

/** What the code of each scenario has sent, read or kept is in its error. */
const FAILING: Readonly<Record<string, string>> = {
  bearer: "await vu.http.get('/', { headers: { authorization: 'Bearer ' + S } }); fail('no ' + S);",
  thrown: "await vu.http.get('/', { headers: { 'x-api-key': S } }); throw new Error('no ' + S);",
  base64: "await vu.http.get('/', { headers: { 'x-api-key': S } }); throw new Error('no ' + btoa('x' + S));",
  cut: "await vu.http.get('/', { headers: { 'x-api-key': S } }); fail('-'.repeat(53) + S);",
  url: "await vu.http.get('/?token=' + S); fail('no ' + S);",
  query: "await vu.http.get('/', { query: { api_key: S } }); fail('no ' + S);",
  json: "await vu.http.post('/', { json: { user: 'x', deep: { password: S } } }); fail('no ' + S);",
  form: "await vu.http.post('/', { form: { user: 'x', password: S } }); fail('no ' + S);",
  body: `await vu.http.post('/', { body: '{"password":"' + S + '"}' }); fail('no ' + S);`,
  answer: "const a = await vu.http.get('/session'); fail('no ' + a.json().session.token);",
  field: "const a = await vu.http.get('/session'); fail('no ' + a.header('x-auth-token'));",
  // What the user has read comes back in an answer that is not as expected, under another name.
  text: "(await vu.http.get('/session')).json(); await vu.http.get('/session', { expect: { body: 'no such' } });",
  value:
    "(await vu.http.get('/session')).json(); await vu.http.get('/session', { expect: { json: { value: 1 } } });",
  cookie: "await vu.http.get('/session'); fail('no ' + vu.cookies.get('visit'));",
  own: "await vu.http.get('/', { headers: { cookie: 'sid=' + S } }); fail('no ' + S);",
  vars: "vu.vars.token = S; await vu.http.get('/'); fail('no ' + S);",
  late: "await vu.http.get('/?token=' + S); Promise.reject(new Error('no ' + S)); await vu.sleep(5);",
  timer:
    "await vu.http.get('/?token=' + S); setTimeout(() => { throw new Error('no ' + S); }, 1); await vu.sleep(30);",
  // The last of many requests, and the first.
  last: `for (let i = 0; i < 9; i++) await vu.http.get('/?n=' + i);
    await vu.http.get('/?token=' + S); fail('no ' + S);`,
  first: `await vu.http.post('/', { form: { password: S } });
    for (let i = 0; i < 9; i++) await vu.http.get('/?n=' + i);
    fail('no ' + S);`,
};

function moduleOfTokens(): string {
  const path = file('tokens.mjs');
  const load = "load: { executor: 'per-vu-iterations', vus: 1, iterations: 2 }";
  const scenarios = Object.entries(FAILING).map(
    ([name, body]) => `${name}: { ${load}, async exec(vu) { ${body} } },`,
  );
  const send = "http.get('/', { headers: { authorization: 'Bearer ' + S } })";
  writeFileSync(
    path,
    `import { defineTest, fail } from 'volley';
const S = '${SECRET}';
export default defineTest({ baseURL: process.env.SHOP,
  async teardown(data, once) { await once.${send}; throw new Error('down with ' + S); },
  scenarios: { ${scenarios.join('\n')}
    up: { ${load}, async vuSetup(vu) { await vu.${send}; throw new Error('up ' + S); }, async exec() {} },
    down: { ${load}, async exec(vu) { await vu.sleep(1); },
      async vuTeardown(vu) { await vu.${send}; throw new Error('down ' + S); } },
    kept: { ${load}, async vuSetup(vu) { await vu.${send}; },
      async exec(vu) { await vu.http.get('/'); fail('no ' + S); } },
    names: { ${load}, async exec(vu) {
      await vu.${send};
      vu.check(1, { ['knows ' + S]: () => true });
      await vu.group('for ' + S, (vu) => vu.http.get('/reset/' + S));
      await vu.http.get('/named', { name: 'named ' + S });
    } },
    ahead: { ${load}, exec: (vu) => vu.http.get('/ahead/' + S, { headers: { 'x-api-key': S } }) },
    plain: { ${load}, async exec(vu) {
      await vu.http.post('/login page', { form: { password: 'login', user: 'Ada' } });
      vu.check(1, { 'login works': () => true });
      fail('Ada has no cart');
    } },
  } });\n`,
  );
  return path;
}

test.each([
  ['json', 'inline'],
  ['text', 'threads'],
  ['html', 'inline'],
  ['markdown', 'processes'],
  ['once', 'inline'],
])('what code has sent, read and kept is not shown as %s', async (form, mode) => {
  const { stdout, stderr } = await volley.with({ SHOP: shop.url }, [
    'run',
    moduleOfTokens(),
    ...(form === 'once' ? ['--once'] : ['--mode', mode, '-w', '1', '-o', form]),
  ]);
  expect(stdout.length).toBeGreaterThan(1_000);
  for (const secret of [SECRET, CAPTURED, COOKIE]) expect(stdout + stderr).not.toContain(secret.slice(0, 7));
  if (form !== 'json') return;
  const { mix, scenarios } = JSON.parse(stdout) as Summary;
  const told = Object.fromEntries(
    scenarios!.scenarios.map(({ name, failed, errors }) => [
      name,
      [failed, ...errors.map(({ code }) => code)],
    ]),
  );
  expect(told).toMatchObject({
    bearer: [2, 'no …'],
    cut: [2, `${'-'.repeat(53)}…`],
    answer: [2, 'no …'],
    kept: [2, 'no …'],
    plain: [2, 'Ada has no cart'],
  });
  expect(new Map(scenarios!.checks.map(({ name, passed }) => [name, passed]))).toEqual(
    new Map([
      ['knows …', 2],
      ['login works', 2],
    ]),
  );
  expect(scenarios!.groups.map(({ name }) => name)).toEqual(['for …']);
  expect(mix.map(({ name, url }) => [name, url])).toEqual(
    expect.arrayContaining([
      ['GET /reset/…', `${shop.url}/reset/…`],
      ['GET /ahead/…', `${shop.url}/ahead/…`],
      ['named …', `${shop.url}/named`],
    ]),
  );
});

test('what code has kept for its user is not shown by its error with --once', async () => {
  const path = file('kept.mjs');
  writeFileSync(
    path,
    `import { defineTest, fail, items } from 'volley';
export default defineTest({ baseURL: process.env.SHOP, load: { executor: 'constant-vus', vus: 1, duration: '1s' }, scenarios: {
  one: {
    rows: items([{ password: '${COOKIE}' }]),
    vuSetup(vu) { vu.vars.token = '${SECRET}'; },
    exec(vu) { fail('no ' + vu.vars.token + ' of ' + vu.row.password); },
  } } });\n`,
  );
  const { stdout, stderr } = await volley.with({ SHOP: shop.url }, ['run', path, '--once']);
  expect(stdout + stderr).toContain('no … of …');
  for (const secret of [SECRET, COOKIE]) expect(stdout + stderr).not.toContain(secret);
});

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
