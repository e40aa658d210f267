import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop, type Visit } from '../support/shop.ts';

let sessions = 0;

/** Gives whoever has none a session, and leads whoever asks from one cookie to the next. */
function answer({ path, headers, query }: Visit, response: ServerResponse): boolean {
  const cookie = headers.cookie ?? '';
  if (path === '/cart') {
    if (!cookie.includes('session=')) response.setHeader('set-cookie', `session=${++sessions}; HttpOnly`);
    response.end('[]');
    return true;
  }
  if (path.startsWith('/led/')) {
    const step = Number(path.slice('/led/'.length));
    const isGood = step === 1 || cookie.includes(`step${step - 1}=yes`);
    const gone = step === 3 ? ['step1=; Path=/; Max-Age=0'] : [];
    response.setHeader('Set-Cookie', [`step${step}=yes; Path=${step === 3 ? '/led' : '/'}`, ...gone]);
    response.statusCode = isGood ? (step === 3 ? 200 : 302) : 403;
    if (step < 3) response.setHeader('location', `/led/${step + 1}?s=${query['s']}`);
    response.end();
    return true;
  }
  return false;
}

const shop = useShop(answer);
const volley = useKeptProcess();

async function ran(name: string, ...args: string[]): Promise<{ code: number | null; result: Summary }> {
  const module = join(ROOT, 'test/fixtures/scenarios', name);
  const { code, stdout, stderr } = await volley.with({ SHOP: shop.url }, [
    'run',
    module,
    '-o',
    'json',
    ...args,
  ]);
  expect(stderr).not.toContain('bug in volley');
  return { code, result: JSON.parse(stdout) as Summary };
}

describe.each([
  ['threads', 'wire'],
  ['processes', 'undici'],
])('%s, %s', (mode, client) => {
  const how = ['--mode', mode, '--client', client, '-w', '2'];

  test('cookies are a user’s, for an iteration or longer', async () => {
    const { code, result } = await ran('cookies.mjs', ...how);
    expect(result.degradedReasons).toEqual([]);
    const of = (scenario: string): Visit[] => shop.visits.filter(({ query }) => query['s'] === scenario);
    const without = (scenario: string): number =>
      of(scenario).filter(({ headers }) => !headers.cookie?.includes('session=')).length;
    const sessionsOf = (scenario: string): number =>
      new Set(of(scenario).flatMap(({ headers }) => /session=\d+/.exec(headers.cookie ?? '') ?? [])).size;
    // Of two users with three iterations of two requests.
    expect(['fresh', 'kept', 'prepared', 'none'].map((one) => [one, without(one), sessionsOf(one)])).toEqual([
      ['fresh', 6, 6],
      ['kept', 2, 2],
      ['prepared', 2, 2],
      ['none', 12, 0],
    ]);
    expect(
      shop.visits.every(({ path, headers }) => path === '/own' || headers.cookie?.startsWith('ever=1')),
    ).toBe(true);
    expect(of('led').map(({ method, path, headers }) => `${method} ${path} ${headers.cookie}`)).toEqual([
      'POST /led/1 ever=1',
      'GET /led/2 ever=1; step1=yes',
      'GET /led/3 ever=1; step1=yes; step2=yes',
      'GET /own mine=1',
      'GET /off ever=1',
      'GET /set ever=1; step2=yes; more=b',
      'GET /cleared ever=1',
    ]);
    expect(result.scenarios!.checks.every(({ failed }) => failed === 0)).toBe(true);
    expect(code).toBe(0);
  });
});
