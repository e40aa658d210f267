import { main } from '../../src/main/cli/index.ts';
import type { Ended } from './cli.ts';

const STREAMS = ['stdout', 'stderr'] as const;

/** One command line after the other; an exception that nobody catches ends this process, as it would end volley. */
process.on('message', async (args: string[]) => {
  const output = { stdout: '', stderr: '' };
  for (const name of STREAMS) {
    process[name].write = (text: unknown, ...rest: unknown[]): boolean => {
      output[name] += String(text);
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    };
  }
  process.exitCode = 0;
  await main(args);
  for (const name of STREAMS) process[name].removeAllListeners('error');
  process.send?.({ code: Number(process.exitCode), signal: null, ...output } satisfies Ended);
});
