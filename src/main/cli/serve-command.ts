import { readFile } from 'node:fs/promises';
import { codeOf, ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { createReferenceServer } from '../../target/server.ts';
import { Problems } from '../plan/problems.ts';
import { given, phrase, the } from '../plan/words.ts';
import type { Parsed } from './parsed.ts';

const DEFAULT_PORT = '8080';
const HIGHEST_PORT = 65_535;
const MOST_CLOSE_EVERY = 1_000_000;

/** `volley serve`: the reference server, until it is interrupted. */
export async function serveCommand(parsed: Parsed, found: string[]): Promise<ExitCode> {
  const problems = new Problems(found);
  const port = problems.count('port', parsed.last('port') ?? DEFAULT_PORT, 0, HIGHEST_PORT);
  const every = parsed.last('close-every');
  const closeEvery = every === undefined ? null : problems.count('close-every', every, 1, MOST_CLOSE_EVERY);
  const cert = await pem('cert', parsed.last('cert'), problems);
  const key = await pem('key', parsed.last('key'), problems);
  if ((cert === undefined) !== (key === undefined))
    problems.add(phrase`${the('cert')} and ${the('key')} belong together: give both.`);
  const h2c = parsed.flag('h2c');
  if (h2c && (cert ?? key) !== undefined)
    problems.add(
      phrase`${the('h2c')} with ${the('cert')} or ${the('key')}: it is HTTP/2 without TLS: leave one of them out.`,
    );
  if (problems.size > 0 || port === null) throw new VolleyError(ERROR_CODES.usage, problems.list);

  const server = await createReferenceServer({
    host: parsed.last('host'),
    port,
    cert,
    key,
    h2c,
    closeEvery: closeEvery ?? undefined,
  });
  process.stdout.write(`listening on ${server.url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await server.close();
  return EXIT_CODES.ok;
}

async function pem(
  option: string,
  path: string | undefined,
  problems: Problems,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    problems.add(phrase`${the(option)} ${given(path)} cannot be read (${codeOf(error)}): check the path.`);
    return undefined;
  }
}
