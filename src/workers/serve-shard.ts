import { threadId } from 'node:worker_threads';
import { isAtTop, keepUncaught } from '../machine/at-top.ts';
import { divert, writeOwn } from '../machine/diverted-output.ts';
import { brokenNow, guardShared, sharedSentence } from '../machine/shared-code.ts';
import { messageOf } from '../protocol/errors.ts';
import {
  ALIVE_EVERY_MS,
  type CoordinatorMessage,
  PROTOCOL_VERSION,
  type WorkerChannel,
} from '../protocol/messages.ts';
import type { OwnedPart } from '../protocol/report.ts';
import type { ScenariosPlan } from '../protocol/scenario.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Supplies } from '../protocol/supplies.ts';
import { visibleLines } from '../requests/visible.ts';
import { createMonotonicClock } from '../time/clock.ts';
import { areBackgroundThreadsToYield, yieldBackgroundThreads } from './background-threads.ts';
import { loadClient } from './clients/http-client.ts';
import type { PartsOfShard } from './parts-of-shard.ts';
import { practise } from './practise.ts';
import { UsageMeter } from './record/usage.ts';
import { ShardRun } from './run-shard.ts';
import { loadTokens } from './streams/loaded-tokens.ts';

/**
 * A worker's life, whatever carries its messages: takes a shard, connects, reports ready, begins on `go`,
 * sends its records, reports, and closes the channel last. Resolves when everything has been sent.
 */
export function serveShard(wire: WorkerChannel, owns: OwnedPart): Service {
  return new ShardService(wire, owns);
}

/** A worker that serves its shard. */
interface Service {
  readonly done: Promise<void>;
  /** Takes an uncaught exception; false if it is not of the scenarios' code. */
  takeUncaught(error: unknown): boolean;
}

/** What a module prints, on whichever stream, goes to volley's stderr: of a process the coordinator passes it on. */
function divertOutput(owns: OwnedPart): void {
  const { stdout, stderr } = process;
  const to = owns === 'process' ? stdout : stderr;
  for (const stream of [stdout, stderr]) divert(stream, (text) => writeOwn(to, visibleLines(text)));
}

/** Without these a worker process could be told nothing, and would outlive its coordinator. */
const KEPT = ['message', 'disconnect', 'SIGINT', 'SIGTERM'];

/** The code for users and the test's module, loaded once per worker. */
async function loadUsers(scenarios: ScenariosPlan): Promise<PartsOfShard['users']> {
  const { VuLoad } = await import('./loads/vu-load.ts');
  const { importTest } = await import('./vus/import-test.ts');
  return { Users: VuLoad, definition: await importTest(scenarios), watch: null };
}

class ShardService implements Service {
  readonly #wire: WorkerChannel;
  readonly #owns: OwnedPart;
  /** Wraps `#wire`: a failed send would otherwise end the worker silently, or leave it waiting for a reply. */
  readonly #channel: WorkerChannel;
  readonly #clock = createMonotonicClock();
  readonly #bootedAtMs = this.#clock.nowMs();
  readonly #done = Promise.withResolvers<void>();
  #run: ShardRun | null = null;
  #usage: UsageMeter;
  #windowEndMs: number | null = null;
  /** A stop that arrived before the shard existed. */
  #earlyDrainMs: number | null = null;
  #endOfLoad: NodeJS.Timeout | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #practiceCpuMs = 0;
  #hasEnded = false;
  #unguard = (): void => {};
  readonly #hear = (error: unknown): void => {
    if (!this.takeUncaught(error)) this.#end(messageOf(error));
  };

  constructor(wire: WorkerChannel, owns: OwnedPart) {
    this.#wire = wire;
    this.#owns = owns;
    this.#usage = new UsageMeter(owns);
    this.#channel = { ...wire, post: (message, transfer) => this.#post(message, transfer) };
    this.#channel.onMessage((message) => this.#handle(message));
  }

  get done(): Promise<void> {
    return this.#done.promise;
  }

  takeUncaught(error: unknown): boolean {
    if (this.#hasEnded) return true;
    const users = this.#run?.users ?? null;
    if (users !== null || !isAtTop()) return users?.takeUncaught(error) === true;
    keepUncaught(error);
    return true;
  }

  #post(...[message, transfer]: Parameters<WorkerChannel['post']>): void {
    if (this.#hasEnded) return;
    try {
      this.#wire.post(message, transfer);
    } catch (error) {
      this.#end(`its message '${message.type}' cannot be sent: ${messageOf(error)}`);
    }
  }

  #handle(message: CoordinatorMessage): void {
    switch (message.type) {
      case 'shard':
        this.#take(message);
        return;
      case 'go':
        this.#go(message.startAtMs, message.windowAtMs);
        return;
      case 'lease':
        this.#run?.lease(message.untilMs);
        return;
      case 'stop':
        if (this.#run === null) this.#earlyDrainMs = message.drainMs;
        else this.#run.stop(message.drainMs);
        return;
      case 'rows':
      case 'answers-written':
      case 'no-more-rows':
        this.#run?.takeRows(message);
        return;
      case 'folded':
        this.#run?.recorder.folded(message.buffer);
        return;
    }
    message satisfies never;
  }

  #take({ version, shard, supplies }: Extract<CoordinatorMessage, { type: 'shard' }>): void {
    if (version !== PROTOCOL_VERSION) {
      this.#end(`the coordinator speaks protocol ${version}, this worker ${PROTOCOL_VERSION}`);
      return;
    }
    this.#carryOut(shard, supplies).then(
      () => this.#end(null),
      (error: unknown) => this.#end(messageOf(error)),
    );
  }

  async #carryOut(shard: Shard, supplies: Supplies): Promise<void> {
    this.#windowEndMs = shard.windowEndMs;
    const Rows = shard.batch === undefined ? null : (await import('./loads/rows-load.ts')).RowsLoad;
    const Tokens = await loadTokens(shard.stream);
    const create = await loadClient(shard.client, shard.settings.protocol, shard.batch !== undefined);
    if (shard.scenarios !== undefined && this.#owns !== 'nothing') {
      process.on('uncaughtException', this.#hear);
      divertOutput(this.#owns);
      this.#unguard = guardShared((names) => this.#end(sharedSentence(names)), KEPT);
    }
    const users = shard.scenarios === undefined ? null : await loadUsers(shard.scenarios);
    if (users !== null) this.#channel.post({ type: 'loaded' });
    const parts = { supplies, create, Rows, Tokens, users };
    const run = new ShardRun(shard, this.#channel, this.#clock, parts);
    this.#run = run;
    if (this.#earlyDrainMs === null) this.#practiceCpuMs = await practise(shard, this.#clock, parts);
    if (this.#earlyDrainMs !== null) run.stop(this.#earlyDrainMs);
    await run.prepare();
    if (areBackgroundThreadsToYield(shard)) yieldBackgroundThreads();
    this.#channel.post({
      type: 'ready',
      version: PROTOCOL_VERSION,
      pid: process.pid,
      threadId,
      bootedAtMs: this.#bootedAtMs,
      readyAtMs: this.#clock.nowMs(),
    });
    if (shard.batch !== undefined || shard.scenarios !== undefined)
      this.#heartbeat = setInterval(() => this.#channel.post({ type: 'alive' }), ALIVE_EVERY_MS);
    await run.finished;
    if (this.#endOfLoad !== null) clearTimeout(this.#endOfLoad);
    const usage = { ...this.#usage.stop(), practiceCpuMs: this.#practiceCpuMs };
    this.#channel.post({ type: 'report', report: await run.close(usage) });
  }

  #go(startAtMs: number, windowAtMs: number): void {
    // CPU used before the load is not the load's.
    this.#usage.stop();
    this.#usage = new UsageMeter(this.#owns);
    if (this.#windowEndMs !== null)
      this.#endOfLoad = setTimeout(
        () => this.#usage.endOfLoad(),
        Math.max(0, windowAtMs + this.#windowEndMs - this.#clock.nowMs()),
      );
    this.#run?.start(startAtMs, windowAtMs);
  }

  #end(failure: string | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#unguard();
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    if (failure !== null) {
      const names = this.#owns === 'nothing' ? '' : brokenNow();
      this.#wire.post({ type: 'failed', message: names === '' ? failure : sharedSentence(names) });
      // Closes what is open; its report is not needed.
      this.#run?.stop(0);
    }
    this.#wire.close();
    this.#done.resolve();
  }
}
