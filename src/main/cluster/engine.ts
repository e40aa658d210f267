import { createHash } from 'node:crypto';
import { FlowProducer, type Job, Queue, QueueEvents, Worker } from 'bullmq';
import { MS_PER_SECOND, microsToMs } from '../../protocol/units.ts';
import { createMonotonicClock } from '../../time/clock.ts';
import {
  type Announced,
  type Broker,
  type BrokerFacts,
  CLUSTER_TIMES,
  type End,
  type Order,
  type SlotEvents,
  type SlotHandler,
} from './broker.ts';
import { PieceSize } from './piece-size.ts';
import { carriedOut, connected, firstRefusal, type OwnRedis } from './redis-connection.ts';
import { within } from './waiting.ts';

const { lockMs, renewMs } = CLUSTER_TIMES;
/** What a run leaves on the broker goes by itself. */
const EXPIRE_S = 3_600;
const CHECK_MS = 1_000;
const BLOCK_S = 2;
const HARMLESS = 'return 1';
/** How long connections are given to close in good order; to a broker that is gone they never do. */
const CLOSE_MS = 1_000;

interface SlotData {
  readonly run: string;
  readonly slot: number;
}

/**
 * BullMQ on Redis. Jobs are slots: BullMQ claims, renews and expires them; what is said beside them are plain keys and
 * a stream below the pool's prefix.
 *
 * @throws Unreachable after 5 s, or at once where the broker refuses
 */
export async function connectBroker(url: string, pool: string): Promise<Broker> {
  const redis = await connected(url);
  return new RedisBroker(redis, `volley:${pool}`);
}

/** The renewal of a slot, with the time at which it was sent: that alone can be relied on. */
class LeasedWorker extends Worker<SlotData> {
  onRenewed: (sentAtMs: number | null) => void = () => {};
  readonly #clock = createMonotonicClock();

  override async extendJobLocks(ids: string[], tokens: string[], duration: number): Promise<string[]> {
    const sentAtMs = this.#clock.nowMs();
    const lost = await super.extendJobLocks(ids, tokens, duration);
    this.onRenewed(lost.length === 0 ? sentAtMs : null);
    return lost;
  }

  /** Renews nothing any more. `close` comes to that only when its connection answers. */
  async endRenewals(): Promise<void> {
    await this.lockManager.close();
  }
}

class RedisBroker implements Broker {
  readonly #redis: OwnRedis;
  readonly #prefix: string;
  /** Waits for orders; made when they are first asked for. */
  #waiting: ReturnType<OwnRedis['listener']> | null = null;
  readonly #queues = new Map<string, Queue<SlotData>>();
  readonly #workers: LeasedWorker[] = [];
  /** Ends the watches over slots that still go on. */
  readonly #watches = new Set<End>();
  readonly #clock = createMonotonicClock();
  readonly #pieces = new PieceSize();

  constructor(redis: OwnRedis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async nowUs(): Promise<number> {
    const [seconds, micros] = await this.#redis.time();
    return Number(seconds) * 1e6 + Number(micros);
  }

  async facts(): Promise<BrokerFacts> {
    const fields = new Map(
      `${await this.#redis.info('server')}\n${await this.#redis.info('memory')}`
        .split(/\r?\n/)
        .map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1)] as const;
        }),
    );
    const most = Number(fields.get('maxmemory') ?? 0);
    return {
      version: fields.get('redis_version') ?? '0',
      evictionPolicy: fields.get('maxmemory_policy') ?? 'noeviction',
      freeBytes: most === 0 ? null : most - Number(fields.get('used_memory') ?? 0),
    };
  }

  async addSlots(run: string, slots: readonly number[], version: string): Promise<void> {
    const flow = new FlowProducer({ prefix: this.#prefix, connection: this.#redis });
    flow.on('error', () => {});
    try {
      // One MULTI: all of them, or none.
      await flow
        .addBulk(
          slots.map((slot) => ({
            name: 'slot',
            queueName: queueOf(version),
            data: { run, slot },
            opts: {
              jobId: jobOf(run, slot),
              attempts: 1,
              removeOnComplete: { age: EXPIRE_S },
              removeOnFail: { age: EXPIRE_S },
            },
          })),
        )
        .catch(firstRefusal);
    } finally {
      await flow.close();
    }
  }

  async watchSlots(run: string, version: string, events: SlotEvents): Promise<End> {
    const name = queueOf(version);
    const [newest] = await this.#redis.xrevrange(`${this.#prefix}:${name}:events`, '+', '-', 'COUNT', 1);
    const heard = new QueueEvents(name, {
      prefix: this.#prefix,
      connection: this.#redis,
      // '$' would miss what comes between two reads.
      lastEventId: newest?.[0] ?? '0-0',
      blockingTimeout: BLOCK_S * MS_PER_SECOND,
    });
    heard.on('error', () => {});
    const ofRun = (jobId: string, then: (slot: number) => void): void => {
      const dash = jobId.lastIndexOf('-');
      if (jobId.slice(0, dash) === run) then(Number(jobId.slice(dash + 1)));
    };
    heard.on('progress', ({ jobId, data }) => {
      if (typeof data === 'string') ofRun(jobId, (slot) => events.onSaid(slot, Buffer.from(data, 'base64')));
    });
    heard.on('completed', ({ jobId }) => ofRun(jobId, (slot) => events.onDone(slot)));
    heard.on('failed', ({ jobId, failedReason }) =>
      ofRun(jobId, (slot) => events.onFailed(slot, failedReason)),
    );
    heard.on('stalled', ({ jobId }) => ofRun(jobId, (slot) => events.onStalled(slot)));
    await heard.waitUntilReady();
    const checker = new Worker(name, null, {
      prefix: this.#prefix,
      connection: this.#redis,
      autorun: false,
      stalledInterval: CHECK_MS,
      maxStalledCount: 0,
    });
    checker.on('error', () => {});
    await checker.startStalledCheckTimer();
    const end = async (): Promise<void> => {
      this.#watches.delete(end);
      await Promise.allSettled([heard.close(), checker.close(true)]);
    };
    this.#watches.add(end);
    return () => within(CLOSE_MS, end());
  }

  async hasSlots(run: string, slots: readonly number[], version: string): Promise<readonly boolean[]> {
    const pipeline = this.#redis.pipeline();
    for (const slot of slots) pipeline.exists(`${this.#prefix}:${queueOf(version)}:${jobOf(run, slot)}`);
    return ((await pipeline.exec()) ?? []).map(([, count]) => count === 1);
  }

  async removeSlots(run: string, slots: readonly number[], version: string): Promise<void> {
    const queue = this.#queueOf(version);
    // What is taken is locked, and stays.
    await Promise.all(slots.map((slot) => queue.remove(jobOf(run, slot)).catch(() => 0)));
  }

  async takeSlots(version: string, name: string, { take, onRenewed }: SlotHandler): Promise<End> {
    // BullMQ does everything in scripts, by their digest and if need be by their text, and would wait without a word.
    await this.#redis.eval(HARMLESS, 0);
    await this.#redis.evalsha(createHash('sha1').update(HARMLESS).digest('hex'), 0);
    const worker = new LeasedWorker(
      queueOf(version),
      async (job: Job<SlotData>, token = '') => {
        await take({
          ...job.data,
          attempt: job.attemptsStarted,
          say: (bytes) => job.updateProgress(Buffer.from(bytes).toString('base64')),
          renew: async () => {
            const sentAtMs = this.#clock.nowMs();
            const isOwn = (await job.extendLock(token, lockMs)) === 1;
            onRenewed(isOwn ? sentAtMs : null);
            return isOwn;
          },
        });
      },
      {
        prefix: this.#prefix,
        connection: this.#redis,
        name,
        autorun: false,
        concurrency: 1,
        lockDuration: lockMs,
        lockRenewTime: renewMs,
        // The submitter looks for those that are lost.
        skipStalledCheck: true,
        maxStalledCount: 0,
        maxStartedAttempts: 1,
        runRetryDelay: 500,
        drainDelay: BLOCK_S,
        removeOnComplete: { age: EXPIRE_S },
        removeOnFail: { age: EXPIRE_S },
      },
    );
    worker.on('error', () => {});
    worker.onRenewed = onRenewed;
    this.#workers.push(worker);
    await worker.waitUntilReady();
    worker.run().catch(() => {});
    return () => worker.close();
  }

  async order(run: string, bytes: Uint8Array): Promise<string> {
    const key = this.#keyOf(run, 'ctl');
    const steps = this.#redis.multi().xadd(key, '*', 'o', Buffer.from(bytes)).expire(key, EXPIRE_S);
    return String((await carriedOut(steps))[0]);
  }

  async orders(run: string, after: string, waitMs: number): Promise<readonly Order[]> {
    this.#waiting ??= this.#redis.listener();
    const read = await this.#waiting.xreadBuffer(
      'COUNT',
      100,
      'BLOCK',
      waitMs,
      'STREAMS',
      this.#keyOf(run, 'ctl'),
      after,
    );
    return (read?.[0]?.[1] ?? []).map(([id, [, bytes]]) => ({
      id: id.toString(),
      bytes: bytes ?? new Uint8Array(),
    }));
  }

  async orderAgeMs(run: string): Promise<number | null> {
    const [last] = await this.#redis.xrevrange(this.#keyOf(run, 'ctl'), '+', '-', 'COUNT', 1);
    return last === undefined ? null : microsToMs(await this.nowUs()) - Number(last[0].split('-')[0]);
  }

  /** Each command may be sent again after a reconnect: none does more than it does the first time. */
  async put(run: string, name: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const key = this.#keyOf(run, name);
    const parts = partsOf(key);
    const all = Buffer.from(bytes);
    let from = 0;
    let pieces = 0;
    do {
      if (signal?.aborted === true) return;
      const piece = all.subarray(from, from + this.#pieces.bytes);
      const isLast = from + piece.length >= all.length;
      const sentAtMs = this.#clock.nowMs();
      if (pieces > 0) await this.#carry(parts, from, piece, isLast ? key : null);
      else await this.#redis.set(isLast ? key : parts, piece, 'EX', EXPIRE_S);
      this.#pieces.took(piece.length, this.#clock.nowMs() - sentAtMs);
      from += piece.length;
      pieces++;
    } while (from < all.length);
    if (pieces > 1) await this.#redis.unlink(parts);
  }

  carried(run: string, name: string): Promise<number> {
    return this.#redis.strlen(partsOf(this.#keyOf(run, name)));
  }

  get(run: string, name: string): Promise<Uint8Array | null> {
    return this.#redis.getBuffer(this.#keyOf(run, name));
  }

  async forget(run: string, names: readonly string[]): Promise<void> {
    const keys = names.map((name) => this.#keyOf(run, name));
    await this.#redis.del([...keys, ...keys.map(partsOf)]);
  }

  async announce(id: string, bytes: Uint8Array, atMs: number): Promise<void> {
    const [agents, times] = this.#presence;
    const steps = this.#redis.multi().hset(agents, id, Buffer.from(bytes)).hset(times, id, String(atMs));
    await carriedOut(steps.expire(agents, EXPIRE_S).expire(times, EXPIRE_S));
  }

  async withdraw(id: string): Promise<void> {
    const [agents, times] = this.#presence;
    await carriedOut(this.#redis.multi().hdel(agents, id).hdel(times, id));
  }

  async announced(): Promise<ReadonlyMap<string, Announced>> {
    const [agents, times] = this.#presence;
    const found = await this.#redis.hgetallBuffer(agents);
    const atMs = await this.#redis.hgetall(times);
    return new Map(
      Object.entries(found).map(([id, bytes]) => [id, { bytes, atMs: Number(atMs[id] ?? 0) }] as const),
    );
  }

  async close(): Promise<void> {
    // BullMQ tries again and again until it has been told to close, also over connections that are gone.
    const closed = [
      ...[...this.#queues.values(), ...this.#workers].map((one) => one.close()),
      ...[...this.#watches].map((end) => end()),
    ];
    await within(CLOSE_MS, Promise.allSettled(closed));
    for (const worker of this.#workers) await worker.endRenewals();
    this.#redis.disconnectAll();
  }

  /** Adds a piece to the others; with the last one all of them become the value. */
  async #carry(parts: string, from: number, piece: Buffer, to: string | null): Promise<void> {
    const steps = this.#redis.multi().setrange(parts, from, piece);
    if (to !== null) steps.copy(parts, to, 'REPLACE').expire(to, EXPIRE_S);
    await carriedOut(steps);
  }

  /** Who is in the pool, and when each was last heard of. */
  get #presence(): readonly [agents: string, times: string] {
    return [`${this.#prefix}:agents`, `${this.#prefix}:agents-at`];
  }

  #queueOf(version: string): Queue<SlotData> {
    let queue = this.#queues.get(version);
    if (queue === undefined) {
      queue = new Queue(queueOf(version), { prefix: this.#prefix, connection: this.#redis });
      queue.on('error', () => {});
      this.#queues.set(version, queue);
    }
    return queue;
  }

  #keyOf(run: string, name: string): string {
    return `${this.#prefix}:run:${run}:${name}`;
  }
}

/** Agents of another version listen elsewhere, and never get a slot. */
function queueOf(version: string): string {
  return `slots-${version}`;
}

/** Where the pieces of a long value are put together. */
function partsOf(key: string): string {
  return `${key}:parts`;
}

function jobOf(run: string, slot: number): string {
  return `${run}-${slot}`;
}
