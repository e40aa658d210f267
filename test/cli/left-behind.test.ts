import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { volley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const file = useFolder();

test('a timer and a server that a scenario leaves behind do not keep the command', async () => {
  const path = file('left-behind.mjs');
  writeFileSync(
    path,
    `import { scenario } from 'volley';
import { createServer } from 'node:net';
createServer().listen(0, '127.0.0.1');
export default scenario(
  { executor: 'per-vu-iterations', vus: 1, iterations: 2, baseURL: '${shop.url}' },
  async (vu) => { await vu.http.get('/'); setInterval(() => {}, 1_000); },
);`,
  );
  const { code, stdout } = await volley('run', path, '--mode', 'inline', '-o', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ requests: { sent: 2, ok: 2 } });
});
