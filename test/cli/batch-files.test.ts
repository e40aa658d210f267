import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { idsOf, idsTo, readAnswered, writeIds } from '../support/batch.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { BIN, type Ended, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { eventually } from '../support/processes.ts';
import { listening, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const inFolder = useFolder();

/** Begins a batch that is killed when some of its rows are answered: its journal and its lock stay. */
async function killed(words: readonly string[], requests: () => number): Promise<void> {
  const before = requests();
  const { child, ended } = startVolley([...words, '--rate', '200']);
  await eventually(() => requests() > before + 40, 'some rows are sent');
  child.kill('SIGKILL');
  await ended;
}

function expectRefusal({ code, stdout, stderr }: Ended, part: string): void {
  expect(stderr).toContain(part);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
}

describe('two batches at once', () => {
  test('of the same output, by whatever name: the second says who holds it, and the first is whole', async () => {
    const held: ServerResponse[] = [];
    let asked = 0;
    const server = createServer((request, response) => {
      asked++;
      // The last row waits until all has been tried.
      if (request.url === '/400') held.push(response);
      else response.end();
    });
    const port = await listening(server);
    const [rows, out] = [writeIds(inFolder('held.csv'), 400), inFolder('held-out.csv')];
    symlinkSync('held-out.csv', inFolder('held-link.csv'));
    const words = [
      ...['batch', rows, `http://127.0.0.1:${port}/{{id}}`, '--timeout', '1m', '--mode', 'inline', '--out'],
    ];
    const first = startVolley([...words, out]);
    await eventually(() => asked === 400, 'all rows are sent');
    const by = `it is being written by process ${first.child.pid} on `;
    expectRefusal(await volley(...words, out), by);
    expectRefusal(await volley(...words, out, '--resume'), by);
    expectRefusal(await volley(...words, inFolder('held-link.csv')), by);
    for (const response of held) response.end();
    expect((await first.ended).code).toBe(0);
    server.close();
    expect(idsOf(readAnswered(out))).toEqual(idsTo(400));
    expect(readdirSync(inFolder('.')).filter((name) => /lock|partial|journal/.test(name))).toEqual([]);
  });

  test('that resume what a killed one has left: one goes on, the other is refused', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('both.csv'), 400), inFolder('both-out.csv')];
    const words = ['batch', rows, `${target.url}delay/1?{{id}}`, '--mode', 'inline', '--out', out];
    await killed(words, () => target.stats().requests);
    const ended = await Promise.all(
      [1, 2].map(() => startVolley([...words, '--resume', '--rate', '200']).ended),
    );
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(idsOf(readAnswered(out))).toEqual(idsTo(400));
  });
});

describe('resuming', () => {
  test('a journal that is none, or says what no volley writes, is refused and kept', async () => {
    const target = await startTarget();
    const rows = writeIds(inFolder('odd.csv'), 3);
    const out = inFolder('odd-out.csv');
    const words = ['batch', rows, target.url, '--out', out, '--resume'];
    const journal = `${out}.journal`;
    mkdirSync(journal);
    expectRefusal(await volley(...words), 'it is not a file');
    const folderInstead = await volley(...words.slice(0, -1));
    expectRefusal(folderInstead, 'of an unfinished batch exists');
    const random = Buffer.from(idsTo(4_000).map((at) => (at * 7_919) % 251));
    const hugeLength = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), random]);
    for (const [index, bytes] of [Buffer.alloc(0), random, hugeLength, Buffer.alloc(4_096)].entries()) {
      const name = inFolder(`odd-${index}.csv`);
      writeFileSync(`${name}.journal`, bytes);
      expectRefusal(await volley(...words.slice(0, 4), name, '--resume'), 'is not a journal of this version');
      expect(readFileSync(`${name}.journal`)).toEqual(bytes);
    }
    expect(target.stats().requests).toBe(0);
  });

  test.each([
    ['--json', (file: string) => ['--json', `@${file}`], '{"a":1}', '{"a":2}'],
    ['--body-file', (file: string) => ['--body-file', file], '{"a":1}', '{"a":2}'],
    ['--form', (file: string) => ['-F', `a=@${file}`], '{"a":1}', '{"a":2}'],
    ['--cacert', (file: string) => ['--cacert', file], CERTIFICATE.cert, CERTIFICATE.cert.repeat(2)],
  ])(
    'with another content of %s is refused by the name of the file',
    async (_option, given, old, changed) => {
      const target = await startTarget();
      const [rows, file] = [writeIds(inFolder('content.csv'), 200), inFolder('content.json')];
      const out = inFolder(`content${_option}.csv`);
      writeFileSync(file, old);
      const words = [
        ...['batch', rows, `${target.url}delay/1?{{id}}`, '-m', 'PUT', ...given(file)],
        ...['--mode', 'inline', '--out', out],
      ];
      await killed(words, () => target.stats().requests);
      const sent = target.stats().requests;
      writeFileSync(file, changed);
      expectRefusal(await volley(...words, '--resume'), `the file '${file}' has changed since`);
      expect(target.stats().requests).toBe(sent);
      writeFileSync(file, old);
      expect((await volley(...words, '--resume')).code).toBe(0);
      expect(idsOf(readAnswered(out))).toEqual(idsTo(200));
    },
  );
});

describe('outputs', () => {
  test('that are inputs or one another, by whatever name, are refused and nothing is touched', async () => {
    const target = await startTarget();
    const rows = writeIds(inFolder('in.csv'), 3);
    const form = inFolder('form.csv');
    writeFileSync(form, 'form');
    symlinkSync('in.csv', inFolder('in-link.csv'));
    linkSync(rows, inFolder('in-hard.csv'));
    symlinkSync('new.json', inFolder('new-link.json'));
    writeFileSync(inFolder('plan.yaml'), `url: ${target.url}\nrequests: 1\n`);
    writeFileSync(inFolder('a.journal'), 'id\n1\n');
    const overwritten = 'is also read: it would be overwritten';
    const cases: readonly [args: string[], part: string][] = [
      [['batch', rows, target.url, '--out', inFolder('./x/../in.csv')], overwritten],
      [['batch', rows, target.url, '--out', inFolder('in-link.csv')], overwritten],
      [['batch', rows, target.url, '--out', inFolder('in-hard.csv')], overwritten],
      [['batch', rows, target.url, '-F', `a=@${form}`, '--out', form], overwritten],
      [['batch', inFolder('a.journal'), target.url, '--out', inFolder('a')], overwritten],
      [[target.url, '-n', '1', '-F', `a=@${form}`, '--samples', form], overwritten],
      [['-n', '1', '--curl', `curl -d @${form} ${target.url}`, '--out', form], overwritten],
      [['run', inFolder('plan.yaml'), '--out', inFolder('plan.yaml')], overwritten],
      [['run', inFolder('plan.yaml'), '--repeat', '2', '--out', inFolder('plan.yaml')], overwritten],
      [['modes', target.url, '-D', form, '--out', form], overwritten],
      [['compare', target.url, target.url, '-D', form, '--out', form], overwritten],
      [
        [target.url, '--out', inFolder('new.csv'), '--samples', inFolder('./new.csv')],
        'is the file of --out too',
      ],
    ];
    const contents = (): string[] =>
      [rows, form, inFolder('plan.yaml')].map((path) => readFileSync(path, 'utf8'));
    const before = contents();
    for (const [args, part] of cases) {
      const ended = await volley(...args);
      expect(ended.stderr).toContain(part);
      expect(ended.code).toBe(2);
    }
    expect(contents()).toEqual(before);
    expect(target.stats().requests).toBe(0);
  });

  test('what lies where the unfinished output goes is not written through', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('through.csv'), 3), inFolder('through-out.csv')];
    writeFileSync(inFolder('precious'), 'precious');
    symlinkSync('precious', inFolder('.through-out.csv.partial'));
    expect((await volley('batch', rows, target.url, '--mode', 'inline', '--out', out)).code).toBe(0);
    expect(readFileSync(inFolder('precious'), 'utf8')).toBe('precious');
    expect(idsOf(readAnswered(out))).toEqual(idsTo(3));
  });

  test('a limit on the size of files ends a batch with 4, and what is journalled is gone on after', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('limit.csv'), 2_000), inFolder('limit-out.csv')];
    const words = ['batch', rows, `${target.url}delay/0?{{id}}`, '--mode', 'inline', '--out', out];
    const limited = (blocks: number): number | null =>
      spawnSync(
        'bash',
        ['-c', `ulimit -f ${blocks}; exec "$@"`, 'limited', process.execPath, BIN, ...words],
        { timeout: 60_000, env: { ...process.env, NODE_COMPILE_CACHE: '' } },
      ).status;
    expect(limited(0)).toBe(4);
    expect(readdirSync(inFolder('.')).filter((name) => name.startsWith('limit-out'))).toEqual([]);
    const ended = await volley(...words);
    expect(ended.code).toBe(0);
    expect(existsSync(`${out}.journal`)).toBe(false);
    expect(idsOf(readAnswered(out))).toEqual(idsTo(2_000));
  });

  test('saved bodies of two rows are never one file, nor one that the batch reads or writes', async () => {
    const target = await startTarget();
    mkdirSync(inFolder('saved'));
    const rows = inFolder('saved/rows.csv');
    const text = 'id,file\n1,a\n2,rows.csv\n3,out.csv\n4,a\n';
    writeFileSync(rows, text);
    const saving = (input: string, name: string): string[] => [
      ...['batch', input, `${target.url}bytes/1?{{id}}`, '--out', inFolder('saved/out.csv')],
      ...['--save-body', inFolder(`saved/${name}`), '--mode', 'inline'],
    ];
    expectRefusal(await volley(...saving(rows, '{{file}}')), "row 2 would be saved as 'rows.csv', which");
    expectRefusal(
      await volley(...saving(rows, 'x{{file}}')),
      "row 4 would be saved as 'xa', like an earlier row",
    );
    expect(target.stats().requests).toBe(0);
    const piped = await startVolley(saving('-', 'x{{file}}'), {}, text).ended;
    expect(piped.stderr).toContain("row 4 would be saved as 'xa', like an earlier row");
    expect(piped.code).toBe(2);
    writeFileSync(inFolder('saved/precious'), 'precious');
    symlinkSync('precious', inFolder('saved/y1'));
    const other = [...saving(rows, 'y{{id}}'), '--out', inFolder('saved-out.csv')].filter(
      (word) => word !== inFolder('saved/out.csv'),
    );
    other.splice(other.indexOf('--out'), 1);
    expect((await volley(...other)).code).toBe(0);
    expect(readFileSync(inFolder('saved/precious'), 'utf8')).toBe('precious');
    expect(readFileSync(inFolder('saved/y1'), 'utf8')).toBe('v');
    expect(readFileSync(rows, 'utf8')).toBe(text);
    expect(readdirSync(inFolder('saved')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('bodies that a killed batch has left half written are gone after the resume, and no others', async () => {
    const target = await startTarget();
    const [rows, folder] = [writeIds(inFolder('torn.csv'), 400), inFolder('torn')];
    const words = [
      ...['batch', rows, `${target.url}bytes/20000?{{id}}`, '--out', inFolder('torn-out.csv')],
      ...['--save-body', `${folder}/{{id}}.bin`, '--mode', 'inline'],
    ];
    const unfinished = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.partial'));
    mkdirSync(folder);
    let seen: string | undefined;
    const watcher = watch(folder, (_event, name) => {
      if (name?.endsWith('.partial') === true) seen ??= name;
    });
    const { child, ended } = startVolley([...words, '--rate', '200']);
    await eventually(() => seen !== undefined && target.stats().requests > 40, 'bodies are saved');
    child.kill('SIGKILL');
    await ended;
    watcher.close();
    // As the killed one would have left it, whatever it was writing just then; and one of another batch.
    writeFileSync(join(folder, seen!.replace(/[0-9a-f]{18}\.partial$/, `${'0'.repeat(18)}.partial`)), 'half');
    const foreign = `.volley-${'1'.repeat(16)}-${'0'.repeat(18)}.partial`;
    writeFileSync(join(folder, foreign), 'half');
    expect(unfinished().length).toBeGreaterThanOrEqual(2);
    expect((await volley(...words, '--resume')).code).toBe(0);
    expect(unfinished()).toEqual([foreign]);
    expect(readdirSync(folder)).toHaveLength(401);
  });
});
