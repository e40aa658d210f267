import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { idsOf, idsTo, readAnswered } from '../support/batch.ts';
import { ROOT, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
const volley = useKeptProcess();

/** The commands of a recipe as words, without what only the shell does. */
function recipe(heading: string): string[][] {
  const text = readFileSync(join(ROOT, 'docs/cookbook.md'), 'utf8');
  const section = text.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  return section
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.includes('npx volley batch'))
    .map((line) =>
      [...line.split('npx volley ')[1]!.matchAll(/'([^']*)'|(\S+)/g)].map(([, a, b]) => a ?? b!),
    );
}

/** Runs a command of the cookbook in the test's folder, with what stands for the real service. */
async function cook(
  words: readonly string[],
  instead: Readonly<Record<string, string>>,
  { stdin, env = {} }: { stdin?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const args = words.map((word) => {
    const found = Object.entries(instead).find(([from]) => word.startsWith(from));
    return found === undefined ? word : found[1] + word.slice(found[0].length);
  });
  const cwd = inFolder('.');
  return stdin === undefined ? volley.with(env, args, cwd) : startVolley(args, { cwd, env }, stdin).ended;
}

async function serving(answer: (url: URL, authorization: string) => string | null): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    const body = answer(url, String(request.headers.authorization));
    if (body === null) response.writeHead(404);
    response.end(body ?? 'nothing here');
  });
  const port = await listening(server);
  server.unref();
  return `http://127.0.0.1:${port}`;
}

describe('the recipe of a batch', () => {
  test('of a value for each address', async () => {
    writeFileSync(inFolder('addresses.csv'), 'address,zip\n"1 Main St, Apt #2",10001\nnowhere,0\n');
    const url = await serving(({ searchParams }, authorization) =>
      searchParams.get('address') === '1 Main St, Apt #2' && authorization === 'Bearer t'
        ? '{"property":{"zestimate":450000}}'
        : null,
    );
    const [words] = recipe('A value for each address');
    const { code } = await cook(words!, { 'https://api.example': url }, { env: { API_TOKEN: 't' } });
    expect(code).toBe(0);
    const values = readAnswered(inFolder('results.csv')).map(({ zestimate, built }) => [zestimate, built]);
    expect(values).toEqual([
      ['450000', 'Data not available'],
      ['Data not available', 'Data not available'],
    ]);
  });

  test('of the ids 1 to 99', async () => {
    let inFlight = 0;
    let most = 0;
    const server = createServer((request, response) => {
      most = Math.max(most, ++inFlight);
      const id = request.url!.split('/').at(-1);
      setTimeout(() => {
        inFlight--;
        response.end(`{"name":"Rick ${id}","status":"Alive","origin":{"name":"Earth"}}`);
      }, 20);
    });
    const port = await listening(server);
    server.unref();
    const [words] = recipe('Ids 1 to 99, twenty at once');
    const stdin = `id\n${idsTo(99).join('\n')}\n`;
    const { code } = await cook(
      words!,
      { 'https://rickandmortyapi.com': `http://127.0.0.1:${port}` },
      { stdin },
    );
    expect(code).toBe(0);
    const rows = readAnswered(inFolder('characters.csv'));
    expect(idsOf(rows)).toEqual(idsTo(99));
    expect(rows[98]).toMatchObject({ name: 'Rick 99', status: 'Alive', origin: 'Earth' });
    expect(most).toBe(20);
  });

  test('of images', async () => {
    const target = await startTarget();
    const urls = idsTo(12).map((id) => `picture ${id},${target.url}bytes/${1_000 + id}`);
    writeFileSync(inFolder('images.csv'), `name,url\n${urls.join('\n')}\n`);
    const [one, all] = recipe('Images, one after the other and at once');
    for (const words of [one!, all!]) {
      const before = target.stats().connectionsUsed;
      expect((await cook(words, {})).code).toBe(0);
      expect(target.stats().connectionsUsed - before).toBeLessThanOrEqual(words === one ? 1 : 8);
      expect(readdirSync(inFolder('images'))).toHaveLength(12);
      expect(readFileSync(inFolder('images/picture 12.jpg'))).toHaveLength(1_012);
    }
  });

  test('of calls that take longer and shorter', async () => {
    const target = await startTarget();
    writeFileSync(inFolder('calls.csv'), 'ms\n1500\n1200\n900\n600\n300\n');
    const [input, completion] = recipe('Calls of 5, 4, 3, 2 and 1 seconds');
    const order = async (words: readonly string[]): Promise<string[]> => {
      const { stdout } = await cook(words, { 'http://127.0.0.1:8080/': target.url });
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',')[0]!);
    };
    expect(await order(input!)).toEqual(['ms', '1500', '1200', '900', '600', '300']);
    expect(await order(completion!)).toEqual(['ms', '300', '600', '900', '1200', '1500']);
  });

  test('of a POST that may be repeated', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(`${request.headers['idempotency-key']} ${chunk}`));
      request.on('end', () => {
        if (bodies.length === 1) response.writeHead(503);
        response.end('{"id":"o1"}');
      });
    });
    const port = await listening(server);
    server.unref();
    writeFileSync(inFolder('orders.jsonl'), '{"sku":"a\\"b","count":2}\n');
    const [words] = recipe('A POST for each row, with retries');
    expect((await cook(words!, { 'https://api.example': `http://127.0.0.1:${port}` })).code).toBe(0);
    expect(bodies).toEqual(Array(2).fill('import-7-1 {"sku":"a\\"b","count":2}'));
    const line = readFileSync(inFolder('orders-done.jsonl'), 'utf8');
    expect(JSON.parse(line)).toMatchObject({ count: 2, volley_attempts: 2, order: 'o1' });
  });
});
