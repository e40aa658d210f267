import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { counted } from '../text/format.ts';
import { quoted, quotedUrl } from '../text/quoted.ts';

const DEFAULT_POOL = 'default';
export const DEFAULT_JOIN_TIMEOUT = '30s';
export const MOST_AGENTS = 10_000;
export const LONGEST_JOIN_MS = 3_600_000;
const SHORTEST_KEY = 16;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const DATABASE = /^\/?\d{0,5}$/;
const POOL_NAME = /^[\w.-]{1,64}$/;

/** Commands that start a broker on this machine for a first try: with Docker, and on Debian or Ubuntu. */
const START_A_BROKER =
  'start one with: docker run --rm -p 127.0.0.1:6379:6379 redis:7, or on Debian: apt-get install redis-server; ' +
  'its URL is then redis://127.0.0.1:6379';

/** Broker settings of an agent or submitter. */
export interface Meeting {
  /** May contain a password. */
  readonly url: string;
  readonly pool: string;
  /** Seals everything sent over the broker; empty without a key. */
  readonly key: string;
}

/** Broker options from any source, not yet checked. */
interface SaidOfBroker {
  /** From the command line, which every user of the machine can read. */
  readonly typed: string | undefined;
  readonly url: string | undefined;
  readonly pool: string | undefined;
  readonly key: string | undefined;
}

/** Names of the options in their source. */
interface BrokerWords {
  readonly broker: string;
  /** What gives the broker where it was not typed. */
  readonly untyped: string;
  readonly pool: string;
  /** All ways to give a key. */
  readonly key: string;
}

const COMMAND_LINE_WORDS: BrokerWords = {
  broker: '--broker',
  untyped: 'VOLLEY_BROKER',
  pool: '--pool',
  key: '--cluster-key-file or in VOLLEY_CLUSTER_KEY',
};

/** Reads the broker options; null if it added a problem to the list. */
export function meetingFrom(
  { typed, url, pool, key }: SaidOfBroker,
  problems: string[],
  words: BrokerWords = COMMAND_LINE_WORDS,
): Meeting | null {
  const before = problems.length;
  const text = typed ?? url;
  const given = typed === undefined ? words.untyped : words.broker;
  const known = text === undefined ? null : URL.parse(text);
  if (text === undefined || text === '') problems.push(`${words.broker} is missing: ${START_A_BROKER}.`);
  else if (known === null || !/^rediss?:$/.test(known.protocol) || known.hostname === '')
    problems.push(
      `${given} ${quotedUrl(text)}: give it as redis://host:6379, or rediss://host:6379 with TLS.`,
    );
  else if (!DATABASE.test(known.pathname))
    problems.push(
      `${given} ${quotedUrl(text)}: what follows the port is the number of a database, as in redis://host:6379/1.`,
    );
  else if (known.search !== '' || known.hash !== '')
    problems.push(
      `${given} ${quotedUrl(text)}: nothing may follow host, port and database: a database is given as in redis://host:6379/1.`,
    );
  else if (!isDecodable(known))
    problems.push(
      `${given} has a % in its password that stands for no character: write it as %25, and other special characters as %40 for @, %2F for /.`,
    );
  if (typed !== undefined && known !== null && known.password !== '')
    problems.push(
      '--broker has a password, which everyone on this machine can read on the command line: give the URL in VOLLEY_BROKER instead.',
    );
  if (pool !== undefined && !POOL_NAME.test(pool))
    problems.push(
      `${words.pool} ${quoted(pool)}: give up to 64 letters, digits, dots, dashes and underscores.`,
    );
  const isOwn = known !== null && LOOPBACK.test(known.hostname);
  if (key === undefined && known !== null && !isOwn)
    problems.push(
      `The broker is not on this machine, and there is no cluster key: give all agents and runs the same key, of at least ${SHORTEST_KEY} characters, with ${words.key} (openssl rand -hex 32 makes one).`,
    );
  if (key !== undefined && key.length < SHORTEST_KEY)
    problems.push(
      `The cluster key has ${counted(key.length, 'character')}: give at least ${SHORTEST_KEY} (openssl rand -hex 32 makes one).`,
    );
  if (problems.length > before || text === undefined) return null;
  return { url: text, pool: pool ?? DEFAULT_POOL, key: key ?? '' };
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}

/** The broker's URL for messages: without user and password. */
export function brokerName(url: string): string {
  const { protocol = '', host = '' } = URL.parse(url) ?? {};
  return `${protocol}//${host}`;
}

/** What to do about each thing that stands between volley and its broker. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, `: check that it runs there, or ${START_A_BROKER}`],
  [/altname/, ': give the name that its certificate is for'],
  [/certificate/, ': give the authority that signed its certificate in NODE_EXTRA_CA_CERTS'],
  [
    /WRONGPASS|NOAUTH|invalid password/,
    ': give its user and password in VOLLEY_BROKER, as in redis://user:password@host:6379',
  ],
  [
    /NOPERM|unknown command/,
    ': volley needs the commands that `ACL SETUSER` in docs/cluster.md allows, on the keys volley:*',
  ],
  [/CLUSTERDOWN|MOVED|CROSSSLOT/, ': it is part of a Redis Cluster: give a Redis of its own'],
  [/READONLY/, ': it is a replica: give the Redis that it copies'],
];
const HINT_WITH_TLS = ': check that it speaks TLS; one that does not is given as redis://';
const HINT_WITHOUT_TLS = ': one that speaks TLS is given as rediss://';

/** The error for a broker that cannot be reached or refuses. */
export function unreachable(url: string, why: string): VolleyError {
  const { password = '', protocol } = URL.parse(url) ?? {};
  const secret = decodeURIComponent(password);
  const shown = reasonIn(secret === '' ? why : why.replaceAll(secret, '…'));
  const hint = HINTS.find(([pattern]) => pattern.test(why))?.[1];
  const isMute = /no answer|ECONNRESET|wrong version number|packet length/.test(why);
  const isTls = protocol === 'rediss:';
  return new VolleyError(
    ERROR_CODES.broker,
    `The broker ${brokerName(url)} could not be reached (${shown})${hint ?? (isMute ? (isTls ? HINT_WITH_TLS : HINT_WITHOUT_TLS) : '')}. Nothing was sent.`,
  );
}

/** What the broker or the client said, without what is meant for programmers of either. */
function reasonIn(why: string): string {
  if (/Unknown RESP type/.test(why)) return 'what answers there is no Redis';
  return why.startsWith('NOAUTH') ? 'it asks for a password' : why.replace(/\.$/, '');
}
