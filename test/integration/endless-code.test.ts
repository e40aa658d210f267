import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { CELL, DOZE } from '../support/endless-loop.ts';

const WATCH = new URL('../../src/machine/endless-code.js', import.meta.url).href;

/** What a process prints that watches its loop for 500 ms and runs this code. */
function printedBy(code: string): string {
  const program = `
    import { watchLoop } from '${WATCH}';
    const has = new Set();
    const say = (word) => {
      if (!has.has(word)) process.stdout.write(word + ' ');
      has.add(word);
    };
    const watch = watchLoop(500, () => say('told'));
    process.once('beforeExit', () => say('ended ' + watch.hasEndedCode));
    ${code}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.trim();
}

const LOOP = "import('data:text/javascript,for(;;);');";

test.each([
  ['an endless loop at the top of a module', LOOP, /^(told )?ended true$/],
  [
    'one beside something that keeps the process',
    `${LOOP} const kept = setInterval(() => { if (has.has('told')) clearInterval(kept); }, 10);`,
    /^told ended true$/,
  ],
  [
    'much work with pauses',
    `let rounds = 0;
    const work = setInterval(() => {
      for (const until = performance.now() + 20; performance.now() < until; );
      if (++rounds === 40) clearInterval(work);
    }, 1);`,
    /^ended false$/,
  ],
  ['nothing', 'setTimeout(() => watch.stop(), 700);', /^ended false$/],
])('%s', (_what, code, printed) => expect(printedBy(code)).toMatch(printed));

test('a signal ends an endless loop at the top of a module at once', async () => {
  const program = `
    import { watchLoop } from '${WATCH}';
    process.on('SIGTERM', () => process.exit(130));
    watchLoop(60_000, () => {});
    process.stdout.write('begun');
    ${LOOP}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 });
  await once(child.stdout, 'data');
  const ended = once(child, 'close');
  const again = setInterval(() => child.kill('SIGTERM'), 1_500);
  const begunMs = performance.now();
  await ended;
  clearInterval(again);
  expect(performance.now() - begunMs).toBeLessThan(20_000);
});

test('handlers of signals are back after a loop that has ended', () => {
  const program = `
    import { watchLoop } from '${WATCH}';
    process.on('SIGTERM', () => { process.stdout.write('heard'); });
    const watch = watchLoop(60_000, () => {});
    setTimeout(async () => {
      ${CELL}
      for (const until = performance.now() + 3000; performance.now() < until; ${DOZE});
      process.stdout.write(process.listenerCount('SIGTERM') + ' ');
      await watch.stop();
      process.kill(process.pid, 'SIGTERM');
      setTimeout(() => {}, 200);
    }, 300);`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([stdout, status]).toEqual(['0 heard', 0]);
});
