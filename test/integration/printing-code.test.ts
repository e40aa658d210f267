import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const file = useFolder();

const PRINTS = `
const prints = (where) => {
  console.log(where + ' log \\x1b[31mred');
  console.info(where + ' info');
  process.stdout.write(Buffer.from(where + ' bytes\\u202e\\n'));
};
`;

function moduleThatPrints(): string {
  const path = file('prints.mjs');
  writeFileSync(
    path,
    `import { defineTest } from 'volley';${PRINTS}
prints('top');
export default defineTest({ baseURL: process.env.SHOP,
  setup() { prints('setup'); },
  teardown() { prints('teardown'); },
  scenarios: { a: {
    load: { executor: 'shared-iterations', vus: 1, iterations: 2 },
    vuSetup() { prints('user'); },
    async exec(vu) { prints('exec'); await vu.http.get('/'); setTimeout(() => prints('timer'), 1); await vu.sleep(20); },
  } } });\n`,
  );
  return path;
}

const ran = (...args: string[]) =>
  startVolley(['run', moduleThatPrints(), ...args], { env: { SHOP: shop.url } }).ended;

test.each(['threads', 'processes', 'inline'])(
  'what code prints in %s goes to stderr, and controls as escapes',
  async (mode) => {
    const { code, stdout, stderr } = await ran('--mode', mode, '-w', '1', '-o', 'json');
    expect((JSON.parse(stdout) as Summary).scenarios!.total).toMatchObject({ completed: 2 });
    for (const where of ['top', 'setup', 'user', 'exec', 'timer', 'teardown'])
      for (const what of ['log \\x1b[31mred', 'info', 'bytes\\u202e'])
        expect(stderr).toContain(`${where} ${what}\n`);
    expect(stderr.match(/exec info/g)).toHaveLength(2);
    expect(code).toBe(0);
  },
);

test('--once prints its steps on stdout, and what code prints on stderr', async () => {
  const { code, stdout, stderr } = await ran('--once');
  expect(stdout).toMatch(/^\* setup\n/);
  expect(stdout).not.toMatch(/ (log|info|bytes)/);
  for (const where of ['top', 'setup', 'user', 'exec', 'teardown'])
    expect(stderr).toContain(`${where} info\n`);
  expect(code).toBe(0);
});

test('the last that code prints in a thread is not lost with the thread', async () => {
  const path = file('last.mjs');
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
export default defineTest({ scenarios: { a: {
  load: { executor: 'constant-vus', vus: 8, duration: '300ms', gracefulStop: 0 },
  async exec(vu) {
    try { await vu.sleep('1m'); } finally { for (let line = 0; line < 100; line++) console.error('last ' + line); }
  },
} } });\n`,
  );
  const { stderr } = await startVolley(['run', path, '-w', '8', '-o', 'json']).ended;
  expect(stderr.match(/^last \d+$/gm)).toHaveLength(800);
});
