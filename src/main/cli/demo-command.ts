import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import type { WorkerMode } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { exitCodeOf, worstOf } from '../exit-code.ts';
import { resolvePlan } from '../plan/resolve.ts';
import { showProgress } from '../reporters/live.ts';
import { renderSideBySide } from '../reporters/side-by-side.ts';
import { startPlan } from '../run.ts';
import { handleInterrupts } from './interrupts.ts';

const SERVER_ENTRY = fileURLToPath(new URL('../../target/process-entry.js', import.meta.url));
const WORKERS: Readonly<Record<WorkerMode, number>> = { inline: 1, threads: 2, processes: 2 };
const LOAD = { concurrency: 20, duration: '2s', warmup: '500ms', seed: 1 };

/** `volley demo`: the same load in every mode, against a server of its own, side by side. */
export async function demoCommand(problems: readonly string[]): Promise<ExitCode> {
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  const { server, url } = await startServer();
  try {
    process.stdout.write(
      `The same load on ${url} (the reference server, in a process of its own):\n` +
        `${LOAD.concurrency} connections, closed model, ${LOAD.warmup} warm-up and ${LOAD.duration} each.\n\n`,
    );
    const summaries: Summary[] = [];
    for (const mode of ['inline', 'threads', 'processes'] as const) {
      process.stderr.write(`running ${mode} …\n`);
      const run = startPlan(await resolvePlan({ url, mode, workers: WORKERS[mode], ...LOAD }));
      const removeHandlers = handleInterrupts(run, (line) => process.stderr.write(`volley: ${line}\n`));
      await showProgress(run, process.stderr);
      const summary = await run.summary.finally(removeHandlers);
      summaries.push(summary);
      if (summary.interrupted) break;
    }
    if (summaries.some(({ interrupted }) => interrupted))
      process.stdout.write('INTERRUPTED: this is what was measured until then.\n');
    process.stdout.write(`${renderSideBySide(summaries)}\n`);
    process.stdout.write(
      'Inline is one event loop; threads and processes are two workers each, which share this\n' +
        'machine’s cores with the server. Now your own: volley http://host:port/path\n',
    );
    return worstOf(summaries.map((summary) => exitCodeOf(summary, false)));
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
