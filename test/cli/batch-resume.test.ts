import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { idsOf, idsTo, readAnswered, withoutLatencies, writeIds } from '../support/batch.ts';
import { type Ended, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { eventually } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const inFolder = useFolder();

describe('after kill -9', () => {
  const COUNT = 1_500;

  test('three times, the output is that of an undisturbed run, and few requests are sent again', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('killed.csv'), COUNT), inFolder('killed-out.csv')];
    const words = ['batch', rows, `${target.url}flaky/{{id}}`, '--select', 'fate=fate', '--allow-failures'];
    const options = ['--retries', '0', '--timeout', '1s', '-c', '10', '-w', '2'];
    let allowed = 0;
    for (const [round, mode] of ['threads', 'processes', 'threads'].entries()) {
      const resume = round === 0 ? [] : ['--resume'];
      const { child, ended } = startVolley([
        ...[...words, ...options, '--rate', '1000', '--mode', mode, '--out', out, ...resume],
      ]);
      const before = target.stats().requests;
      const seen: { atMs: number; requests: number }[] = [];
      await eventually(() => {
        seen.push({ atMs: performance.now(), requests: target.stats().requests });
        return target.stats().requests > before + 200 + 75 * round;
      }, 'some rows are sent');
      child.kill('SIGKILL');
      await ended;
      const killedAtMs = performance.now();
      await eventually(() => target.stats().connectionsOpen === 0, 'the connections are gone');
      // A tenth of a second is promised; the timer that writes them is late where the machine has no core for it.
      const earlier = seen.findLast(({ atMs }) => atMs < killedAtMs - 250)?.requests ?? before;
      allowed += target.stats().requests - earlier + 10;
    }
    const last = await volley(...words, ...options, '--out', out, '--resume');
    expect(last.code).toBe(0);
    expect(last.stdout).toContain('journalled before');
    const answered = readAnswered(out);
    const undisturbed = inFolder('undisturbed.csv');
    const sent = target.stats().requests;
    await volley(...words, ...options, '--out', undisturbed);
    expect(withoutLatencies(answered)).toEqual(withoutLatencies(readAnswered(undisturbed)));
    expect(sent - COUNT).toBeLessThanOrEqual(allowed);
  });

  test('rows from stdin go on too, unless what was read has changed', async () => {
    const target = await startTarget();
    const out = inFolder('piped.csv');
    const words = ['batch', '-', `${target.url}delay/1?{{id}}`, '--mode', 'inline', '--out', out];
    const rows = `id\n${idsTo(600).join('\n')}\n`;
    const first = startVolley([...words, '--rate', '500'], {}, rows);
    await eventually(() => target.stats().requests > 200, 'some rows are sent');
    first.child.kill('SIGKILL');
    await first.ended;
    const sent = target.stats().requests;
    const changed = await startVolley([...words, '--resume'], {}, rows.replace('\n7\n', '\n8\n')).ended;
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain('its first rows have changed');
    expect(target.stats().requests).toBe(sent);
    expect((await startVolley([...words, '--resume'], {}, rows).ended).code).toBe(0);
    expect(idsOf(readAnswered(out))).toEqual(idsTo(600));
  });

  test('damage in the middle of a journal costs its rows alone, and is told', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('damaged.csv'), 600), inFolder('damaged-out.csv')];
    const words = ['batch', rows, `${target.url}delay/1?{{id}}`, '--mode', 'inline', '--out', out];
    const { child, ended } = startVolley([...words, '--rate', '500']);
    await eventually(() => target.stats().requests > 300, 'some rows are sent');
    child.kill('SIGKILL');
    await ended;
    await eventually(() => target.stats().connectionsOpen === 0, 'the connections are gone');
    const journal = readFileSync(`${out}.journal`);
    const middle = Math.floor(journal.length / 2);
    writeFileSync(`${out}.journal`, journal.fill(0, middle, middle + 4));
    const sent = target.stats().requests;
    const { code, stderr } = await volley(...words, '--resume');
    expect(stderr).toMatch(
      /^volley: The journal '.*' is damaged: \d+ bytes of it cannot be read\. Of the \d+ rows read before, \d+ have no answer in it and are sent again\.\n/,
    );
    expect(code).toBe(0);
    expect(idsOf(readAnswered(out))).toEqual(idsTo(600));
    // Of 300 rows and more a tenth of a second's worth, at most, stood in the frame that was hit.
    expect(target.stats().requests - sent).toBeLessThan(450);
  });

  test('another file, another request or a second beginning is refused, and nothing is sent', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('refused.csv'), 400), inFolder('refused-out.csv')];
    const words = ['batch', rows, `${target.url}delay/1?{{id}}`, '--out', out];
    words.push('--bearer-env', 'VOLLEY_TEST_TOKEN', '-H', 'x-own: {{env VOLLEY_TEST_OWN}}');
    const json = inFolder('refused.json');
    writeFileSync(json, '{"a":"{{env VOLLEY_TEST_IN_FILE}}"}');
    words.push('--json', `@${json}`, '-m', 'PUT');
    const env = { VOLLEY_TEST_TOKEN: 'one', VOLLEY_TEST_OWN: 'own', VOLLEY_TEST_IN_FILE: 'in a file' };
    const again = (...more: string[]): Promise<Ended> => volley.with(env, [...words, ...more]);
    const { child, ended } = startVolley([...words, '--mode', 'inline', '--rate', '200'], { env });
    await eventually(() => target.stats().requests > 50, 'some rows are sent');
    child.kill('SIGKILL');
    await ended;
    const sent = target.stats().requests;
    const elsewhere = (name: string): Promise<Ended> =>
      volley.with({ ...env, [name]: 'another' }, [...words, '--resume']);
    const refusals = [
      [await elsewhere('VOLLEY_TEST_TOKEN'), 'differ from those of the journal'],
      [await elsewhere('VOLLEY_TEST_OWN'), 'differ from those of the journal'],
      [await elsewhere('VOLLEY_TEST_IN_FILE'), 'differ from those of the journal'],
      [await again(), 'of an unfinished batch exists: add --resume'],
      [await again('--resume', '--select', 'a=b'), 'differ from those of the journal'],
    ] as const;
    writeIds(rows, 401);
    const changed = [await again('--resume'), 'have changed since the journal was started'] as const;
    for (const [{ code, stderr }, reason] of [...refusals, changed]) {
      expect(stderr).toContain(reason);
      expect(code).toBe(2);
    }
    expect(target.stats().requests).toBe(sent);
    writeIds(rows, 400);
    expect((await again('--resume', '--mode', 'inline')).code).toBe(0);
    expect(idsOf(readAnswered(out))).toEqual(idsTo(400));
    const all = target.stats().requests;
    expect(await again('--resume')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `volley: --out '${out}' is complete: 400 rows answered, 0 failed; nothing was sent.\n`,
    });
    writeIds(rows, 401);
    const other = await again('--resume');
    expect(other.stderr).toContain('(it has 400 rows, and this batch has 401): add --force to replace it');
    expect(other.code).toBe(2);
    expect(target.stats().requests).toBe(all);
    const few = ['batch', writeIds(inFolder('few.csv'), 3), `${target.url}status/404`];
    const begun = ['--out', inFolder('never-begun.csv'), '--resume', '--mode', 'inline'];
    expect((await volley(...few, ...begun)).stderr).toContain('3 of 3 rows failed');
    expect(await volley(...few, ...begun)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is complete: 3 rows answered, 3 failed; nothing was sent.'),
    });
  });
});
