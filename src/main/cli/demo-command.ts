import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { modesExperiment } from '../compare/experiment.ts';
import { wrapped } from '../reporters/wrap.ts';
import { judgingFrom } from './comparison-options.ts';
import { measureAndPrint } from './measure-rounds.ts';
import type { Parsed } from './parsed.ts';
import { showingFrom } from './showing.ts';

const SERVER_ENTRY = fileURLToPath(new URL('../../target/process-entry.js', import.meta.url));
const LOAD = { workers: 2, concurrency: 20, duration: '350ms', warmup: '150ms', seed: 1 };
const INTRODUCTION =
  'The same load on the reference server, in every way that volley can send it: one request after the other, ' +
  `${LOAD.concurrency} connections in one event loop, and over ${LOAD.workers} threads or processes.`;
const COLUMNS = 80;
/** The best arm is compared with three others. */
const COMPARISONS = 3;

/** `volley demo`: the same load in every mode, against a server that it starts itself. */
export async function demoCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const judging = judgingFrom(parsed, 'throughput', COMPARISONS, problems);
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  const { server, url } = await startServer();
  try {
    process.stdout.write(`${wrapped(INTRODUCTION, COLUMNS).join('\n')}\n\n`);
    const code = await measureAndPrint({
      ...(await modesExperiment({ url, ...LOAD }, [], () => judging)),
      form: judging.form,
      showing: showingFrom(parsed),
      paths: { out: null, html: null, stepSummary: null, save: false },
    });
    process.stdout.write(
      '\nNow try your own: volley http://host:port/path, or volley modes with the same URL\n',
    );
    return code;
  } finally {
    if (server.connected) server.disconnect();
  }
}

async function startServer(): Promise<{ server: ChildProcess; url: string }> {
  const server = fork(SERVER_ENTRY, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const url = await new Promise<string>((resolve, reject) => {
    server.once('message', (message) => resolve(String(message)));
    server.once('exit', (code) => {
      reject(new VolleyError(ERROR_CODES.listen, `The reference server could not start (exit ${code}).`));
    });
  });
  return { server, url };
}
