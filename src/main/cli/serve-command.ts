import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { DEFAULT_MODEL, type ModelSettings } from '../../target/model/settings.ts';
import { createReferenceServer } from '../../target/server.ts';
import { readAwaited, whyUnread } from '../files/input-files.ts';
import { LARGEST_PEM_BYTES } from '../files/read-up-to.ts';
import { checkedIdentity } from '../plan/connection/tls-files.ts';
import { Problems } from '../plan/problems.ts';
import { given, phrase, the } from '../plan/words.ts';
import type { Parsed } from './parsed.ts';

const DEFAULT_PORT = '8080';
const HIGHEST_PORT = 65_535;
const MOST_CLOSE_EVERY = 1_000_000;
const LONGEST_MS = 3_600_000;
const MOST_SLOTS = 1_000_000;

/** `volley serve`: the reference server, until it is interrupted. */
export async function serveCommand(parsed: Parsed, found: string[]): Promise<ExitCode> {
  const problems = new Problems(found);
  const port = problems.count('port', parsed.last('port') ?? DEFAULT_PORT, 0, HIGHEST_PORT);
  const every = parsed.last('close-every');
  const closeEvery = every === undefined ? null : problems.count('close-every', every, 1, MOST_CLOSE_EVERY);
  const paths = { cert: parsed.last('cert'), key: parsed.last('key') };
  const isSecure = paths.cert !== undefined || paths.key !== undefined;
  if (isSecure && (paths.cert === undefined || paths.key === undefined))
    problems.add(phrase`${the('cert')} and ${the('key')} belong together: give both.`);
  const pem = {
    cert: await pemIn('cert', paths.cert, problems),
    key: await pemIn('key', paths.key, problems),
  };
  const { cert, key } = checkedIdentity(paths, pem, problems);
  const h2c = parsed.flag('h2c');
  if (h2c && isSecure)
    problems.add(
      phrase`${the('h2c')} with ${the('cert')} or ${the('key')}: it is HTTP/2 without TLS: leave one of them out.`,
    );
  const model = modelOf(parsed, problems);
  if (problems.size > 0 || port === null) throw new VolleyError(ERROR_CODES.usage, problems.list);

  const server = await createReferenceServer({
    host: parsed.last('host'),
    port,
    cert: cert ?? undefined,
    key: key ?? undefined,
    h2c,
    closeEvery: closeEvery ?? undefined,
    model,
  });
  const asked = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  process.stdout.write(`listening on ${server.url}\n`);
  await asked;
  await server.close();
  return EXIT_CODES.ok;
}

/** How the mock model answers; undefined without one. */
function modelOf(parsed: Parsed, problems: Problems): Partial<ModelSettings> | undefined {
  const [first, gap, slots] = ['first-token', 'token-gap', 'slots'].map((name) => parsed.last(name));
  const said = Object.entries({ 'first-token': first, 'token-gap': gap, slots }).filter(
    ([, value]) => value !== undefined,
  );
  if (!parsed.flag('model')) {
    for (const [name] of said) problems.add(phrase`${the(name)} without ${the('model')}: give both.`);
    return undefined;
  }
  const [firstTokenMs, gapMs] = [
    problems.durationMs('first-token', first ?? DEFAULT_MODEL.firstTokenMs, 0, LONGEST_MS),
    problems.durationMs('token-gap', gap ?? DEFAULT_MODEL.gapMs, 0, LONGEST_MS),
  ];
  const most = slots === undefined ? DEFAULT_MODEL.slots : problems.count('slots', slots, 1, MOST_SLOTS);
  return firstTokenMs === null || gapMs === null || most === null
    ? undefined
    : { firstTokenMs, gapMs, slots: most };
}

async function pemIn(option: string, path: string | undefined, problems: Problems): Promise<string | null> {
  if (path === undefined) return null;
  try {
    return (await readAwaited(path, LARGEST_PEM_BYTES)).toString('utf8');
  } catch (error) {
    problems.add(phrase`${the(option)} ${given(path)} ${whyUnread(error)}`);
    return null;
  }
}
