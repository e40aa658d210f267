import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Summary } from '../../src/protocol/summary.ts';
import { CERTIFICATE_PATH, KEY_PATH } from './certificate.ts';
import { type Ended, type Started, startVolley } from './cli.ts';
import { listening } from './target.ts';
import { startWitness, type Witness } from './witness.ts';

export const KEY = 'a key of the tests, long enough';

/** Whether runs over a real broker can be tested here; in CI they must be. */
export function hasRedis(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found && process.env['CI'] === 'true')
    throw new Error('redis-server is missing: apt-get install redis-server');
  if (!found) console.warn('redis-server is not installed: runs over a real broker are not tested');
  return found;
}

/** A free port of this machine, which nobody else has been given meanwhile. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A broker that can be killed and comes back on its port, with its data. */
export class RealBroker {
  readonly folder = mkdtempSync(join(tmpdir(), 'volley-cluster-'));
  port = 0;
  tlsPort = 0;
  #server: ChildProcess | null = null;

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** With the certificate of the tests, on another port. */
  async startWithTls(): Promise<void> {
    this.tlsPort = await freePort();
    const files = ['--tls-cert-file', CERTIFICATE_PATH, '--tls-key-file', KEY_PATH];
    await this.start('--tls-port', String(this.tlsPort), ...files, '--tls-auth-clients', 'no');
  }

  async start(...more: string[]): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const keeps = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
    const server = spawn('redis-server', [...where, ...keeps, ...more], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#server = server;
    let said = '';
    for await (const text of server.stdout) {
      said += String(text);
      if (said.includes('Ready to accept')) break;
    }
    // Another process may have taken the port meanwhile.
    if (!said.includes('Ready to accept')) throw new Error(`redis-server did not start: ${said}`);
    server.stdout.resume();
  }

  async kill(): Promise<void> {
    if (this.#server === null) return;
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await ended;
    this.#server = null;
  }

  cli(...args: string[]): string {
    return spawnSync('redis-cli', ['-p', String(this.port), ...args], { encoding: 'utf8' }).stdout;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Agents as processes, a witness as their target, and runs over them. */
export class Fleet {
  readonly agents = new Map<string, Started>();
  readonly #broker: { readonly url: string };
  readonly #pool: string;
  #witness: Witness | null = null;
  #run: Started | null = null;

  constructor(broker: { readonly url: string }, pool = 'default') {
    this.#broker = broker;
    this.#pool = pool;
  }

  get witness(): Witness {
    if (this.#witness === null) throw new Error('not started');
    return this.#witness;
  }

  get environment(): NodeJS.ProcessEnv {
    return { VOLLEY_BROKER: this.#broker.url, VOLLEY_CLUSTER_KEY: KEY, NO_COLOR: '1' };
  }

  /** With agents of these names, and what else each is given; answers of their target take a time. */
  async start(names: Readonly<Record<string, readonly string[]>>, delayMs = 0): Promise<void> {
    this.#witness = await startWitness('/', { delayMs });
    await Promise.all(Object.entries(names).map(([name, more]) => this.startAgent(name, ...more)));
  }

  async startAgent(name: string, ...more: string[]): Promise<Started> {
    const target = `127.0.0.1:${this.witness.port}`;
    const words = ['agent', '--allow-target', target, '-w', '1', '--name', name, '--pool', this.#pool];
    const started = startVolley([...words, ...more], { env: this.environment });
    this.agents.set(name, started);
    await started.stderrHas('waits in pool');
    return started;
  }

  agent(name: string): ChildProcess {
    const started = this.agents.get(name);
    if (started === undefined) throw new Error(`no agent ${name}`);
    return started.child;
  }

  /** A run over so many of them. */
  submit(agents: number, ...args: string[]): Started {
    return this.submitVia(this.#broker, agents, args);
  }

  /** The same, from somewhere else. */
  submitVia(
    { url }: { readonly url: string },
    agents: number,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Started {
    this.witness.forget();
    const words = [this.witness.url, '-o', 'json', '-q', '--agents', String(agents), '--pool', this.#pool];
    this.#run = startVolley([...words, ...args], {
      env: { ...this.environment, ...env, VOLLEY_BROKER: url },
    });
    return this.#run;
  }

  /** Resolves when so many requests have come; rejects if the last run has ended before. */
  async seen(count: number): Promise<void> {
    let words: string | null = null;
    void this.#run?.ended.then(({ stderr }) => {
      words = stderr;
    });
    for (; this.witness.seen.length < count; await delay(20))
      if (words !== null)
        throw new Error(`the run ended after ${this.witness.seen.length} requests: ${words}`);
  }

  /** Resolves when no request has come for so long. */
  async quietFor(ms: number): Promise<void> {
    for (let count = -1; count !== this.witness.seen.length; await delay(ms))
      count = this.witness.seen.length;
  }

  /** What holds of every run, however it went. */
  holds(summary: Summary): void {
    const { scheduled, sent, ok, dropped, notStarted } = summary.requests;
    expect(this.witness.twice()).toEqual([]);
    expect(scheduled).toBe(sent + dropped + notStarted);
    expect(this.witness.seen.length).toBeGreaterThanOrEqual(ok);
    expect(summary.findings?.degraded.map(({ code }) => code)).not.toContain('identity-violated');
    for (const { planned, sent: own, missing } of summary.agents ?? [])
      expect(planned).toBe(planned === null ? null : own + (missing ?? 0));
  }

  /** Nothing is wrong with a run but what a busy machine does to it: exit code 3 has no other reason. */
  isWhole(code: number | null, summary: Summary): void {
    const codes = summary.findings?.degraded.map(({ code }) => code) ?? [];
    expect(codes.filter((code) => code !== 'stood-still')).toEqual([]);
    expect(code).toBe(codes.length === 0 ? 0 : 3);
  }

  close(): void {
    for (const { child } of this.agents.values()) child.kill('SIGKILL');
    this.#witness?.close();
  }
}

export async function resultOf({ ended }: Pick<Started, 'ended'>): Promise<Ended & { summary: Summary }> {
  const { stdout, ...rest } = await ended;
  if (stdout === '') throw new Error(rest.stderr);
  return { ...rest, stdout, summary: JSON.parse(stdout) as Summary };
}

/** An open load over a time. Its exact times do not matter: polling for them would take a core for each agent. */
export function load(rate: number, duration: string): string[] {
  return ['-r', String(rate), '-d', duration, '-c', '8', '--pacing', 'eco'];
}
