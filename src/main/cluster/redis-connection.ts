import { type ChainableCommander, Redis, type RedisOptions } from 'ioredis';
import { messageOf } from '../../protocol/errors.ts';

const RECONNECT_MS = 200;
const CONNECT_MS = 5_000;
/** How long a closed connection is waited for; one that was gone before holds the process for all of it. */
const DISCONNECT_MS = 200;
/** The same however often it is tried: a password, a certificate, or a database. */
const IN_VAIN = /DB index|WRONGPASS|NOAUTH|NOPERM|invalid password|certificate|altname/i;

/** The broker cannot be reached; the message says why. */
class Unreachable extends Error {}

/** Knows the connections that BullMQ makes after its model, so that they end even if BullMQ cannot end them. */
export class OwnRedis extends Redis {
  readonly #copies = new Set<Pick<Redis, 'connect' | 'disconnect' | 'status'>>();

  override duplicate<Override extends Partial<RedisOptions> | undefined = undefined>(override?: Override) {
    const copy = super.duplicate(override);
    this.#copies.add(copy);
    copy.once('end', () => this.#copies.delete(copy));
    return copy;
  }

  /** Another connection, for commands that wait. */
  listener(): Redis {
    const copy = this.duplicate({ lazyConnect: false });
    copy.on('error', () => {});
    return copy;
  }

  /** Ends all connections at once; pending commands fail. */
  disconnectAll(): void {
    for (const redis of [...this.#copies, this]) {
      redis.disconnect();
      if (redis.status !== 'reconnecting') continue;
      // Between two attempts ioredis only drops its timer, and commands that wait for the next one are never answered:
      // an attempt that is given up at once fails them.
      redis.connect().catch(() => {});
      redis.disconnect();
    }
  }
}

/**
 * Tries for 5 s; the last error says why it is in vain.
 *
 * @throws Unreachable
 */
export async function connected(url: string): Promise<OwnRedis> {
  const redis = new OwnRedis(url, {
    lazyConnect: true,
    // Commands wait for a broker that is away, and the lease decides meanwhile.
    maxRetriesPerRequest: null,
    retryStrategy: () => RECONNECT_MS,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: DISCONNECT_MS,
  });
  let last: Error | null = null;
  const refused = Promise.withResolvers<never>();
  redis.on('error', (error: Error) => {
    last = error;
    if (IN_VAIN.test(error.message)) refused.reject(error);
  });
  const timeout = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(last ?? new Error('no answer')), CONNECT_MS);
    refused.promise.catch(() => clearTimeout(timer));
    redis.once('ready', () => clearTimeout(timer));
  });
  try {
    const ready = new Promise<void>((resolve) => redis.once('ready', resolve));
    redis.connect().catch(() => {});
    await Promise.race([ready, refused.promise, timeout]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new Unreachable(messageOf(error));
  }
}

/**
 * The answers to commands that are carried out together.
 *
 * @throws what the broker said to the first that it refused
 */
export async function carriedOut(steps: ChainableCommander): Promise<readonly unknown[]> {
  const answers = await steps.exec().catch(firstRefusal);
  for (const [error] of answers ?? []) if (error !== null) throw error;
  return (answers ?? []).map(([, answer]) => answer);
}

/** Of commands that are carried out together the last answer only says that one was refused; the reason came before. */
export function firstRefusal(error: Error & { readonly previousErrors?: readonly Error[] }): never {
  throw error.previousErrors?.[0] ?? error;
}
