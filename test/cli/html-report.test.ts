import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import type { BatchRows } from '../../src/protocol/batch.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { wrongIn } from '../support/markup.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
const volley = useKeptProcess();

test('--html writes a page that is a result too, with no secret in it', async () => {
  const target = await startTarget();
  const [page, json, again] = [inFolder('page.html'), inFolder('page.json'), inFolder('again.html')];
  const sent = ['-n', '40', '-c', '2', '-w', '1', '-u', 'me:page-secret', '--threshold', 'p50<10s'];
  const ran = await volley(target.url, ...sent, '--html', page, '--out', json);
  expect(ran.code).toBe(0);
  const text = readFileSync(page, 'utf8');
  expect(wrongIn(text)).toEqual([]);
  expect(text).not.toContain('page-secret');
  const read = await volley('report', page, '-o', 'json', '--html', again);
  expect(read.code).toBe(0);
  expect(JSON.parse(read.stdout)).toEqual(JSON.parse(readFileSync(json, 'utf8')));
  expect(read.stdout).not.toContain('page-secret');
  expect(readFileSync(again, 'utf8')).toBe(text);
  expect((await volley('report', json, '-o', 'html')).stdout).toBe(text);
  const compared = await volley('compare', page, json, '--html', again);
  expect(compared.stdout).toContain(`A is ${page}`);
  expect(compared.code).toBe(0);
  expect(wrongIn(readFileSync(again, 'utf8'))).toEqual([]);
  expect((await volley('report', again)).stdout).toBe(compared.stdout);
  // Two results are held against each other without being judged.
  const held = await volley('report', page, json, '--html', again);
  expect(held.stdout).toBe(compared.stdout);
  expect((await volley('report', again)).stdout).toBe(compared.stdout);
  expect(readdirSync(dirname(page)).sort()).toEqual(['again.html', 'page.html', 'page.json']);
});

test('the name of a plan is in the result and leads its page, what it names below; one that is no line is refused', async () => {
  const target = await startTarget();
  const [plan, page] = [inFolder('named.yaml'), inFolder('named.html')];
  writeFileSync(
    plan,
    `name: " Checkout <b> "\nurl: ${target.url}\nrequests: 20\nmode: inline\nconcurrency: 2\n`,
  );
  const ran = await volley('run', plan, '-o', 'json', '--html', page);
  expect((JSON.parse(ran.stdout) as Summary).plan.name).toBe('Checkout <b>');
  const text = readFileSync(page, 'utf8');
  expect(wrongIn(text)).toEqual([]);
  expect(text).toMatch(/<title>[^<]* – Checkout &lt;b&gt;<\/title>/);
  expect(text).toContain('<h1>Checkout &lt;b&gt;</h1>');
  expect(text).toContain(`<p id="about">GET ${target.url}; `);
  const other = await volley('run', plan, '--name', 'other', '-o', 'json');
  expect((JSON.parse(other.stdout) as Summary).plan.name).toBe('other');
  const rounds = await volley('run', plan, '--repeat', '2', '--html', page);
  expect(rounds.code).toBe(0);
  expect(readFileSync(page, 'utf8')).toContain('<h1>Checkout &lt;b&gt;</h1>');
  const plain = await volley(target.url, '-n', '2', '--mode', 'inline', '-o', 'json');
  expect('name' in (JSON.parse(plain.stdout) as Summary).plan).toBe(false);
  for (const name of [' ', 'a\nb', 'x'.repeat(201)]) {
    const refused = await volley(target.url, '-n', '2', '--name', name);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('give it a line of 1 to 200 characters');
  }
});

test('rounds have a page too, and none where there was no round', async () => {
  const target = await startTarget();
  const page = inFolder('rounds.html');
  const ran = await volley(target.url, '-n', '20', '-c', '2', '-w', '1', '--repeat', '2', '--html', page);
  expect(ran.code).toBe(0);
  expect(wrongIn(readFileSync(page, 'utf8'))).toEqual([]);
  const unanswered = inFolder('unanswered.html');
  const failed = await volley(`${target.url}fault/reset`, '-n', '3', '--repeat', '2', '--html', unanswered);
  expect(failed.code).toBe(1);
  expect(readdirSync(dirname(page)).filter((name) => name.includes('unanswered'))).toEqual([]);
});

test('a batch has a page with its rows', async () => {
  const target = await startTarget();
  const [rows, out, page] = [inFolder('rows.csv'), inFolder('rows-done.csv'), inFolder('rows.html')];
  writeFileSync(rows, 'code\n200\n404\n');
  const clash = await volley('batch', rows, `${target.url}status/{{code}}`, '--html', rows);
  expect(clash.stderr).toContain(`--html '${rows}' is also read`);
  const ran = await volley('batch', rows, `${target.url}status/{{code}}`, '--out', out, '--html', page);
  expect(ran.code).toBe(1);
  expect(wrongIn(readFileSync(page, 'utf8'))).toEqual([]);
  const { rows: counts } = JSON.parse((await volley('report', page, '-o', 'json')).stdout) as {
    rows: BatchRows;
  };
  expect(counts).toMatchObject({ total: 2, ok: 1, failed: 1, isComplete: true });
});

test('a page that cannot be written is told in time, or the result is printed with code 4', async () => {
  const target = await startTarget();
  const [same, folder] = [inFolder('same.json'), inFolder('a-folder')];
  mkdirSync(folder);
  for (const [path, told] of [
    [inFolder('none/page.html'), /--html '.*page\.html' cannot be written \(no such file or folder\)/],
    [folder, /--html '.*a-folder' cannot be written \(it is a folder\)/],
    ['', /--html '': give the name of a file/],
    [same, /--html '.*same\.json' .*--out/],
  ] as const) {
    const { code, stderr } = await volley(target.url, '-n', '4', '--out', same, '--html', path);
    expect(stderr).toMatch(told);
    expect(code).toBe(2);
  }
  expect(target.stats().requests).toBe(0);
  const full = await volley(target.url, '-n', '4', '-c', '1', '-o', 'json', '--html', '/dev/full');
  expect(full.stderr).toContain("--html '/dev/full' cannot be written (the disk is full)");
  expect((JSON.parse(full.stdout) as Summary).requests.ok).toBe(4);
  expect(full.code).toBe(4);
});

test('a page of something else, and one that is damaged, is no result', async () => {
  const file = inFolder('other.html');
  const element = '<script type="text/plain" id="volley-result">';
  writeFileSync(
    file,
    `<!doctype html>\n${element}${gzipSync('{}').toString('base64').slice(0, 12)}</script>`,
  );
  expect((await volley('report', file)).stderr).toContain('it is a page whose result is damaged');
  writeFileSync(file, '<!doctype html>\n<title>x</title>');
  const { code, stderr } = await volley('report', file);
  expect(stderr).toBe(
    `volley: The result '${file}' cannot be used: it is a page that holds no result of volley; save one with --html or --out.\n`,
  );
  expect(code).toBe(2);
});
