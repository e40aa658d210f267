import { connect } from 'node:net';
import { ERROR_CODES, VolleyError } from '../../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../../protocol/exit-codes.ts';
import type { RunPlan } from '../../../protocol/plan.ts';
import type { Address } from '../../../protocol/routes.ts';
import { MS_PER_SECOND } from '../../../protocol/units.ts';
import { isNameOfSecret, isSecretUnder } from '../../../requests/secret-names.ts';
import { visible } from '../../../requests/visible.ts';
import type { RunOptions } from '../../plan/options.ts';
import { Problems, type Told } from '../../plan/problems.ts';
import { worstOf } from '../../summary/exit-code.ts';
import { quoted } from '../../text/quoted.ts';
import type { Parsed } from '../parsed.ts';
import { say } from '../say.ts';
import { NOT_STARTED, StartedTarget } from './started-target.ts';

const HIGHEST_PORT = 65_535;
const LONGEST_START_MS = 120_000;
const PAUSE_MS = 50;
const PASSWORD_IN_URL = /(:\/\/)[^/?#\s]*@/g;
const CONNECT_MS = 1_000;
/** `localhost` may mean both, and a server may listen on only one of them. */
const LOOPBACKS: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Options that requests may come from, besides a URL. */
const SOURCES = ['urls', 'curl', 'curlFile', 'har', 'mix'] as const;

/** The command after `--`, which runs the target, and the port that the target listens on. */
export interface TargetCommand {
  readonly port: number;
  readonly words: readonly string[];
}

/** Where the target listens; no addresses if it was not started here. */
interface Listening {
  readonly port: number;
  readonly addresses: readonly Address[];
}

/** The plan with requests to localhost directed to where the target listens, whatever the name resolves to. */
export function dialling(plan: RunPlan, { port, addresses }: Listening): RunPlan {
  if (addresses.length === 0) return plan;
  const mix = plan.mix.map((request) => {
    const { endpoint } = request;
    const isMeant = endpoint?.hostname === 'localhost' && endpoint.port === port;
    return isMeant ? { ...request, endpoint: { ...endpoint, addresses } } : request;
  });
  return { ...plan, mix };
}

/** A run whose requests all go elsewhere would be green, whatever becomes of what was started for it. */
export function noteElsewhere(
  plans: readonly RunPlan[],
  target: TargetCommand | null,
  note: (sentence: string) => void,
): void {
  if (target === null) return;
  const isMeant = plans.some(({ mix }) =>
    mix.some(({ endpoint = null }) => endpoint === null || endpoint.port === target.port),
  );
  if (!isMeant) note(`no request goes to port ${target.port}, on which the command of --on-port listens.`);
}

/** Reads `--on-port`; null if it is not given. */
export function targetCommandFrom(parsed: Parsed, problems: Told[]): TargetCommand | null {
  const text = parsed.last('on-port');
  if (text === undefined) return null;
  const found = new Problems();
  const port = found.count('on-port', text, 1, HIGHEST_PORT);
  problems.push(...found.list);
  const words = parsed.command;
  if (words.length === 0)
    problems.push(
      `--on-port ${quoted(text)} without a command: put it after --, as in volley --on-port 3000 -- node server.js.`,
    );
  // If the port is wrong, nothing is run.
  return { port: port ?? 1, words };
}

/** Fills in the URL of a run: without one it is the root of that port, and a bare path is on that port too. */
export function onPort<Options extends RunOptions>(options: Options, target: TargetCommand | null): Options {
  if (target === null) return options;
  const { url } = options;
  if (url === undefined && SOURCES.some((name) => options[name] !== undefined)) return options;
  if (url !== undefined && !url.startsWith('/')) return options;
  return { ...options, url: `http://localhost:${target.port}${url ?? '/'}` };
}

/**
 * Starts the command, waits until something listens on its port, runs `act`, and stops the command with all
 * processes that it started, whatever the outcome. Ctrl-C during the wait ends both.
 *
 * @throws VolleyError VOLLEY_USAGE if something already listens there, VOLLEY_TARGET_START if nothing ever does
 */
export async function withTarget(
  target: TargetCommand | null,
  note: (sentence: string) => void,
  act: (listening: Listening) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (target === null) return act({ port: 0, addresses: [] });
  const { port, words } = target;
  if ((await listeningOn(port)).length > 0)
    throw new VolleyError(
      ERROR_CODES.usage,
      `--on-port '${port}': something already listens there and would be tested instead: stop it, or give another port.`,
    );
  const started = new StartedTarget(words);
  const removeHandlers = exitOnSignals();
  try {
    const waited = await waitFor(port, started, note);
    if (waited === 'interrupted') return EXIT_CODES.interrupted;
    if (waited !== 'listening') {
      showOutputOf(started);
      throw notStarted(target, waited);
    }
    note(`${quoted(shownCommand(words))} listens on port ${port}.`);
    const code = await act({ port, addresses: await listeningOn(port) });
    const { ending } = started;
    if (ending === null) return code;
    // A server that puts itself in the background is still running.
    if (ending === 'exit code 0' && (await listeningOn(port)).length > 0) return code;
    showOutputOf(started);
    say(`the command of --on-port ended before the test (${ending}).`);
    return worstOf([code, EXIT_CODES.failed]);
  } finally {
    await started.stop();
    removeHandlers();
  }
}

/** Exits on signals that have no other handler; on exit the started command is ended too. */
function exitOnSignals(): () => void {
  const handlers = SIGNALS.map((signal) => {
    const onSignal = (): void => {
      if (process.listenerCount(signal) === 1) process.exit(EXIT_CODES.interrupted);
    };
    process.on(signal, onSignal);
    return [signal, onSignal] as const;
  });
  return () => {
    for (const [signal, onSignal] of handlers) process.off(signal, onSignal);
  };
}

/** The command without what its words call a secret: it stays in the logs of CI. */
function shownCommand(words: readonly string[]): string {
  let isSecretNext = false;
  const shown = words.map((word) => {
    const [, name = '', value] = /^-{0,2}([A-Za-z_][\w.-]*)(?:=(.*))?$/s.exec(word) ?? [];
    const isHidden = isSecretNext && !word.startsWith('-');
    isSecretNext = word.startsWith('--') && value === undefined && isNameOfSecret(name);
    if (isHidden) return '…';
    const isSecret = value !== undefined && isSecretUnder(name, value, 'text');
    return isSecret ? word.replace(/=.*/s, '=…') : word.replace(PASSWORD_IN_URL, '$1…@');
  });
  return shown.join(' ');
}

function notStarted({ port, words }: TargetCommand, why: string): VolleyError {
  const command = quoted(shownCommand(words));
  if (why.startsWith(NOT_STARTED) && /^[A-Za-z_]\w*=/.test(words[0] ?? ''))
    return new VolleyError(
      ERROR_CODES.targetStart,
      `${command} begins with a variable, but runs without a shell: set the variable before volley, or write -- env ${shownCommand(words)}.`,
    );
  if (why.startsWith(NOT_STARTED))
    return new VolleyError(ERROR_CODES.targetStart, `${command} ${why}: check its name and the PATH.`);
  return new VolleyError(
    ERROR_CODES.targetStart,
    why === ''
      ? `${command} did not listen on port ${port} within ${LONGEST_START_MS / MS_PER_SECOND} s: check that it listens on localhost, and on this port.`
      : `${command} ended before it listened on port ${port} (${why}): check that it starts without volley.`,
  );
}

/** Writes the command's last output to stderr, where users look for errors. */
function showOutputOf({ lastLines }: StartedTarget): void {
  for (const line of lastLines) process.stderr.write(`  | ${visible(line)}\n`);
}

/** Returns `listening`, `interrupted`, how the command ended, or an empty text on timeout. */
async function waitFor(
  port: number,
  started: StartedTarget,
  note: (sentence: string) => void,
): Promise<string> {
  let isLeft = false;
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<'interrupted'>();
  const onSignal = (): void => interrupt('interrupted');
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const deadlineMs = Date.now() + LONGEST_START_MS;
  try {
    while (Date.now() < deadlineMs) {
      if ((await listeningOn(port)).length > 0) return 'listening';
      const pause = new Promise<null>((resolve) => setTimeout(() => resolve(null), PAUSE_MS));
      const came = await Promise.race([pause, interrupted, started.ended]);
      // Its child processes may continue without it, as daemons do, unless it reports a failure.
      if (came !== null && came !== 'exit code 0') return came;
      if (came === null) continue;
      if (!isLeft)
        note(
          `the command of --on-port has ended (${came}) and nothing listens on port ${port} yet: waiting up to ${LONGEST_START_MS / MS_PER_SECOND} s for what it may have started.`,
        );
      isLeft = true;
      await pause;
    }
    return '';
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

async function listeningOn(port: number): Promise<Address[]> {
  const taken = await Promise.all(LOOPBACKS.map(({ address }) => takesConnections(address, port)));
  return LOOPBACKS.filter((_, index) => taken[index]);
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (isTaken: boolean): void => {
      socket.destroy();
      resolve(isTaken);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
