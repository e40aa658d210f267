import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { codeOf, ERROR_CODES, messageOf, reasonOf, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { readInput, rereading, whyUnread } from '../files/input-files.ts';
import { moduleFileFor } from '../init/module-file.ts';
import { type DescribedApi, readOpenApi } from '../init/open-api.ts';
import {
  DEFAULT_LOAD,
  type DraftLoad,
  type DraftRequest,
  type PlanDraft,
  planText,
} from '../init/plan-draft.ts';
import { hasBraces, variablesOfBraces, withoutPlaceholdersIn } from '../init/written-text.ts';
import { parseDurationMs } from '../plan/quantities.ts';
import { readOptions, type UnresolvedPlan } from '../plan/resolve.ts';
import { commandLineTerms } from '../plan/terms.ts';
import { sentenceOf } from '../plan/words.ts';
import { quoted, quotedUrl, withoutCredentials } from '../text/quoted.ts';
import { DEFAULT_FLOW_FILE, DEFAULT_MODULE_FILE, DEFAULT_PLAN_FILE } from './command-tables.ts';
import { fileInPlaceOfSource, isWebAddress } from './misplaced-words.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

const STDOUT = '-';
/** What stands for a secret that a variable of the environment has. */
const [IN_PLAN, IN_MODULE] = ['{{env NAME}}', 'process.env.NAME'];
/** Parsing takes some twenty times as much memory. */
const LARGEST_DESCRIPTION_BYTES = 32 * 2 ** 20;

/** `volley init`: writes a starter plan from a URL, a curl command, a recording or an API description. */
export async function initCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const [url] = parsed.positionals;
  const isScenario = parsed.flag('scenario');
  const isRecording = isScenario && url !== undefined && /\.har$/i.test(url) && !isWebAddress(url);
  const said = {
    url: isRecording ? undefined : url,
    curl: parsed.last('curl'),
    har: isRecording ? url : parsed.last('har'),
    openapi: parsed.last('openapi'),
  };
  const names = Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [name === 'url' ? 'a URL' : `--${name}`],
  );
  if (names.length > 1)
    problems.push(`${names.join(' and ')}: each says what to send: give only one of them.`);
  const misplaced = said.url === undefined ? null : fileInPlaceOfSource(said.url);
  if (misplaced !== null) problems.push(misplaced);
  if (parsed.last('har-hosts') !== undefined && said.har === undefined)
    problems.push('--har-hosts without --har: name the recording.');
  const isAsking =
    names.length === 0 && !isScenario && process.stdin.isTTY === true && process.stderr.isTTY === true;
  if (names.length === 0 && !isAsking)
    problems.push(
      'There is nothing to make a plan from, and no terminal to ask on: give a URL, --curl, --har or --openapi, for instance volley init http://localhost:8080/.',
    );
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  if (isScenario) return writeScenario(said, parsed);
  const draft = isAsking
    ? await askedDraft()
    : await rereading(() => draftOf(said, parsed.last('har-hosts')));
  if (draft === null) {
    say('interrupted: nothing was written.');
    return EXIT_CODES.interrupted;
  }
  const path = parsed.last('out') ?? DEFAULT_PLAN_FILE;
  await write(
    path,
    planText({ ...draft, heading: [...draft.heading, ...hintsFor(path)] }),
    parsed.flag('force'),
  );
  return written(path);
}

/** `--scenario`: writes what a user does instead of requests by weight. */
async function writeScenario(said: Said, parsed: Parsed): Promise<ExitCode> {
  const { har } = said;
  const byDefault = har === undefined ? moduleFileFor(DEFAULT_MODULE_FILE, process.cwd()) : DEFAULT_FLOW_FILE;
  const path = parsed.last('out') ?? byDefault;
  const hints = hintsFor(path === STDOUT ? byDefault : path);
  if (har === undefined && path !== STDOUT && !/\.[cm]?[jt]s$/i.test(path))
    throw new VolleyError(
      ERROR_CODES.usage,
      `--out ${quoted(path)}: this writes a module: give a name that ends in .ts or .js.`,
    );
  const text = await rereading(async () =>
    har === undefined
      ? moduleTextOf(said, hints)
      : (await import('../init/scenario-draft.ts')).flowOfRecording(har, parsed.last('har-hosts'), hints),
  );
  await write(path, text, parsed.flag('force'));
  return written(path);
}

async function moduleTextOf({ url, curl, openapi }: Said, hints: readonly string[]): Promise<string> {
  const { moduleOfApi, moduleOfRequest } = await import('../init/scenario-draft.ts');
  if (openapi !== undefined) return moduleOfApi(describedApi(openapi), hints);
  const plan = await readOptions(curl === undefined ? { url } : { curl });
  const [request] = plan.mix;
  if (request === undefined) throw new Error('a plan has at least one request');
  const from =
    curl === undefined ? `A scenario of ${withoutCredentials(url ?? '')}` : 'Made from a curl command.';
  noteSecrets(curl ?? url ?? '', plan, IN_MODULE);
  return moduleOfRequest(request, from, hints);
}

/** What was typed is written as it is, tokens and passwords included, into a file that others may see. */
function noteSecrets(typed: string, { supplies }: UnresolvedPlan, instead: string): void {
  if (supplies.secrets.some((secret) => typed.includes(secret)))
    say(`a token or password is written too: before others see the file, put ${instead} in its place.`);
}

function written(path: string): ExitCode {
  if (path !== STDOUT) say(`${path} is written: look at it, then volley run ${path}`);
  return EXIT_CODES.ok;
}

function hintsFor(path: string): string[] {
  const name = path === STDOUT ? DEFAULT_PLAN_FILE : path;
  return [`volley run ${name} --once shows each answer; volley run ${name} sends the load.`];
}

interface Said {
  readonly url: string | undefined;
  readonly curl: string | undefined;
  readonly har: string | undefined;
  readonly openapi: string | undefined;
}

/** Checks what the sources contain, as a run would check it. */
async function draftOf({ url, curl, har, openapi }: Said, harHosts: string | undefined): Promise<PlanDraft> {
  if (openapi !== undefined) return describedDraft(openapi);
  if (har !== undefined) {
    const { mix, notes } = await readOptions({ har, harHosts });
    const requests = mix.map(({ name, weight }) => `  ${name}${weight === 1 ? '' : ` × ${weight}`}`);
    const leftOut = notes.map((words) => sentenceOf(words, commandLineTerms));
    for (const sentence of leftOut) say(sentence);
    return {
      heading: [`Made from the recording ${har}, which has`, ...requests, ...leftOut],
      source: ['har', har],
      harHosts,
      load: DEFAULT_LOAD,
    };
  }
  if (curl !== undefined) {
    noteSecrets(curl, await readOptions({ curl }), IN_PLAN);
    return { heading: ['Made from a curl command.'], source: ['curl', curl], load: DEFAULT_LOAD };
  }
  noteSecrets(url ?? '', await readOptions({ url }), IN_PLAN);
  return urlDraft(url ?? '', DEFAULT_LOAD);
}

function urlDraft(url: string, load: DraftLoad): PlanDraft {
  return { heading: [`A load test of ${withoutCredentials(url)}`], source: ['url', url], load };
}

async function describedDraft(path: string): Promise<PlanDraft> {
  const { title, base, requests, remarks } = describedApi(path);
  const needsBraces = requests.some(({ fields }) => hasBraces(JSON.stringify({ ...fields, url: '' })));
  return {
    heading: [`Made from the description of ${title}: one request for each of its operations.`, ...remarks],
    variables: { base, ...variablesOfBraces(needsBraces) },
    mix: requests.map((request) => ({ ...request, fields: sentAsWritten(request.fields) })),
    load: DEFAULT_LOAD,
  };
}

/** The URL is encoded, and has a placeholder of its own. */
function sentAsWritten(fields: DraftRequest['fields']): DraftRequest['fields'] {
  const written = Object.entries(fields).map(([name, value]) => [
    name,
    name === 'url' ? value : withoutPlaceholdersIn(value),
  ]);
  return Object.fromEntries(written) as DraftRequest['fields'];
}

function describedApi(path: string): DescribedApi {
  const refused = (why: string): VolleyError =>
    new VolleyError(ERROR_CODES.usage, `--openapi ${quoted(path)} cannot be used: ${why}.`);
  if (isWebAddress(path))
    throw refused(`it is a URL: fetch it first, as in curl -s ${quotedUrl(path)} | volley init --openapi -`);
  let text: string;
  try {
    text = readInput(path, LARGEST_DESCRIPTION_BYTES).toString('utf8');
  } catch (error) {
    throw new VolleyError(ERROR_CODES.usage, `--openapi ${quoted(path)} ${whyUnread(error)}`);
  }
  try {
    return readOpenApi(text);
  } catch (error) {
    throw refused(messageOf(error));
  }
}

/** Null after Ctrl-C. */
async function askedDraft(): Promise<PlanDraft | null> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  let isInterrupted = false;
  terminal.once('SIGINT', () => {
    isInterrupted = true;
    process.stderr.write('\n');
    terminal.close();
  });
  // After Ctrl-C or Ctrl-D the question would never be answered.
  const closed = new AbortController();
  terminal.once('close', () => closed.abort());
  const ask = async <T>(
    question: string,
    byDefault: string,
    read: (text: string) => Promise<T | null> | T | null,
  ): Promise<T> => {
    for (;;) {
      const text = (
        await terminal.question(`${question}${byDefault === '' ? '' : ` [${byDefault}]`}: `, closed)
      ).trim();
      const value = await read(text === '' ? byDefault : text);
      if (value !== null) return value;
    }
  };
  try {
    const url = await ask('URL to test', 'http://localhost:8080/', checkedUrl);
    const concurrency = await ask('Connections', String(DEFAULT_LOAD.concurrency), wholeNumber);
    const rate = await ask('Requests a second (0: as fast as they are answered)', '0', wholeNumberOrNone);
    const duration = await ask('How long', DEFAULT_LOAD.duration, durationText);
    const p99 = await ask('99 % of the answers within (empty: no limit)', '', (text) =>
      text === '' ? '' : durationText(text),
    );
    return urlDraft(url, {
      duration,
      concurrency: Math.max(1, concurrency),
      rate: rate === 0 ? null : rate,
      p99: p99 === '' ? null : p99,
    });
  } catch (error) {
    if (!closed.signal.aborted) throw error;
    if (isInterrupted) return null;
    throw new VolleyError(
      ERROR_CODES.usage,
      'Stopped before every question had an answer: nothing was written.',
    );
  } finally {
    terminal.close();
  }
}

async function checkedUrl(url: string): Promise<string | null> {
  const misplaced = fileInPlaceOfSource(url);
  if (misplaced !== null) {
    say(misplaced);
    return null;
  }
  try {
    await readOptions({ url });
    return url;
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error;
    say(error.message);
    return null;
  }
}

function wholeNumber(text: string): number | null {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;
}

function wholeNumberOrNone(text: string): number | null {
  return text === '0' ? 0 : wholeNumber(text);
}

function durationText(text: string): string | null {
  const durationMs = parseDurationMs(text);
  return durationMs === null || durationMs <= 0 || !/[a-z]$/.test(text) ? null : text;
}

async function write(path: string, text: string, mayReplace: boolean): Promise<void> {
  if (path === STDOUT) {
    process.stdout.write(text);
    return;
  }
  try {
    await writeFile(path, text, { flag: mayReplace ? 'w' : 'wx' });
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.output,
      codeOf(error) === 'EEXIST'
        ? `${quoted(path)} already exists: add --force to replace it, or give another name with --out.`
        : `--out ${quoted(path)} cannot be written (${reasonOf(error)}): choose a file in a folder that can be written to.`,
    );
  }
}
