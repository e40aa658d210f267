import { existsSync } from 'node:fs';
import type { Ended } from './cli.ts';
import type { KeptCommand } from './kept-process.ts';

const STREAMS = ['stdout', 'stderr'] as const;
/** What bin/volley.js loads. */
const folder = existsSync(new URL('../../bundle', import.meta.url)) ? 'bundle' : 'src';
const commandLine: Promise<typeof import('../../src/main/cli/index.ts')> = import(
  new URL(`../../${folder}/main/cli/index.js`, import.meta.url).href
);

/** Of the command that runs: code of scenarios leaves stdout diverted, and volley then writes to what was there before. */
let output = { stdout: '', stderr: '' };

process.once('disconnect', () => process.exit());

/** One command line after the other; an exception that nobody catches ends this process, as it would end volley. */
process.on('message', async ({ args, env, cwd }: KeptCommand) => {
  process.chdir(cwd);
  const before = process.env;
  process.env = { ...before, ...env };
  output = { stdout: '', stderr: '' };
  for (const name of STREAMS) {
    process[name].write = (text: unknown, ...rest: unknown[]): boolean => {
      output[name] += String(text);
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    };
  }
  process.exitCode = 0;
  await (await commandLine).main(args);
  for (const name of STREAMS) process[name].removeAllListeners('error');
  process.env = before;
  process.send?.({ code: Number(process.exitCode), signal: null, ...output } satisfies Ended);
});
