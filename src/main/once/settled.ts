import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { OnceExchange } from '../../protocol/once.ts';
import { LOWEST_FAILURE } from '../../protocol/report.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { jsonQuery } from '../../requests/json-path.ts';
import { hiding } from '../../requests/secrets.ts';
import type { PresetOptions } from '../plan/library-options.ts';
import { presetOf } from '../plan/models/own-presets.ts';
import { hasOwnBody, keyHeaders, modelInUrl, modelsUrl } from '../plan/models/preset-request.ts';
import {
  asksForUsage,
  NEW_LIMIT,
  needsModel,
  type Preset,
  withNewLimit,
  withoutUsage,
} from '../plan/models/presets.ts';
import { type RunOptions, WRITTEN_IN } from '../plan/options.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { parseDurationMs } from '../plan/quantities.ts';
import { connectionOptionsOf } from '../plan/requests/sources.ts';
import { completePlan, readOptions, type UnresolvedPlan } from '../plan/resolve.ts';
import { keepingRows } from '../plan/rows-kept.ts';
import { namingOf } from '../plan/terms.ts';
import { WordedProblem } from '../plan/worded-problem.ts';
import { type OptionWord, phrase, the, type Words } from '../plan/words.ts';
import { withAdvice } from '../text/error-advice.ts';
import { cut, withoutCredentials } from '../text/quoted.ts';
import { sentOnce } from './sent-once.ts';

/** Statuses by which a server refuses a request's content. */
const REFUSALS: ReadonlySet<number> = new Set([400, 422]);
const LONGEST_NAME = 500;
/** The run waits for these answers, so a server that stalls must not hold it up as long as an answer of a model may take. */
const LONGEST_WAIT_MS = 5_000;
/** Most answers come sooner: then nothing is said. */
const SILENT_WAIT_MS = 1_000;

/** Is told what is waited for, if that takes long. */
export type OnWait = (sentence: string) => void;

/** Options completed by asking the server before the run. */
interface Settled {
  readonly options: RunOptions;
  /** Notes on this for a reader of the result. */
  readonly notes: readonly Words[];
}

/**
 * Reads options through the gate, completed with what only the target can answer.
 *
 * @throws VolleyError VOLLEY_USAGE, with every problem; nothing was sent then
 */
export async function readSettled(
  options: RunOptions,
  earlier: readonly Told[] = [],
  readersOfStdin: readonly OptionWord[] = [],
  onWait: OnWait = () => {},
): Promise<UnresolvedPlan> {
  const read = (said: RunOptions): Promise<UnresolvedPlan> => readOptions(said, earlier, readersOfStdin);
  const { made, notes, hasAsked } = await settledBy(options, read, { onWait });
  return hasAsked ? { ...made, notes: [...notes, ...made.notes] } : made;
}

/**
 * Calls `make` with the options, and again if the target has completed them. The first call comes before anything is
 * sent, so that problems with the options are reported first; `asks` then says whether the target is asked at all.
 */
export async function settledBy<Made>(
  options: RunOptions,
  make: (options: RunOptions) => Promise<Made>,
  { asks = () => true, onWait = () => {} }: { asks?: (made: Made) => boolean; onWait?: OnWait } = {},
): Promise<{ readonly made: Made; readonly notes: readonly Words[]; readonly hasAsked: boolean }> {
  const said = keepingRows(options);
  const made = await make(said);
  const settled = asks(made) ? await settle(said, onWait) : null;
  if (settled === null) return { made, notes: [], hasAsked: false };
  return { made: await make(settled.options), notes: settled.notes, hasAsked: true };
}

/** Null if the options leave nothing open. */
async function settle(options: RunOptions, onWait: OnWait): Promise<Settled | null> {
  const { preset: name, url } = options;
  const preset = presetOf(options, new Problems());
  if (name === undefined || preset === null || url === undefined || hasOwnBody(options)) return null;
  const isUnnamed = options.model === undefined && needsModel(preset) && modelInUrl(options, preset) === null;
  const named = isUnnamed
    ? await whileTelling(
        `Waiting for GET ${shownUrl(modelsUrl(url, preset) ?? url)} to say which model there is (${GIVEN_UP}; not asked if you name a model).`,
        onWait,
        firstModel(options, preset),
      )
    : null;
  const known = named === null ? options : { ...options, model: named };
  const refused =
    asksForUsage(preset) && options.tokens !== 'events'
      ? await whileTelling(
          `Waiting for ${shownUrl(url)} to answer a request of one token, which shows whether it counts tokens (${GIVEN_UP}; not asked if events are counted as tokens).`,
          onWait,
          refusedOf(known, preset),
        )
      : NOTHING_REFUSED;
  if (named === null && refused.body === null) return null;
  return {
    options: refused.body === null ? known : withBody(known, name, refused.body),
    notes: [
      ...(named === null
        ? []
        : [[`The model is '${named}', the first that ${shownUrl(modelsUrl(url, preset) ?? url)} names.`]]),
      ...(refused.limit
        ? [[`The server takes ${NEW_LIMIT} in place of max_tokens: the limit is sent under that name.`]]
        : []),
      ...(refused.usage
        ? [
            [
              'The server refuses stream_options.include_usage: it is left out, and where the server gives no token count, events are counted.',
            ],
          ]
        : []),
    ],
  };
}

const GIVEN_UP = `for ${LONGEST_WAIT_MS / MS_PER_SECOND} s at most`;

/** Tells what is waited for, once the wait has become long. */
async function whileTelling<Answer>(
  sentence: string,
  onWait: OnWait,
  answer: Promise<Answer>,
): Promise<Answer> {
  const timer = setTimeout(onWait, SILENT_WAIT_MS, sentence);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

/** The same preset with another body. */
function withBody(options: RunOptions, name: string, body: Preset['body']): RunOptions {
  const said: PresetOptions | undefined = options.presets?.[name];
  const like = said === undefined ? { like: name as NonNullable<PresetOptions['like']> } : said;
  return { ...options, presets: { ...options.presets, [name]: { ...like, body } } };
}

/** @throws VolleyError if the server does not name one */
async function firstModel(options: RunOptions, preset: Preset): Promise<string> {
  const { models } = preset;
  const url = modelsUrl(options.url ?? '', preset);
  if (models === null || url === null) throw new Error('such a preset needs a model');
  const headers = [
    ...(preset.headers ?? []),
    ...keyHeaders(preset, options.apiKeyEnv, new Problems()),
    ...(options.headers ?? []),
  ];
  const { exchange, secrets } = await asked({ ...asker(options), url, headers });
  const { response = null, failure = null, advice } = exchange ?? {};
  const found = response === null || failure !== null ? [] : findIn(response.body, models.at);
  const name = found.find(
    (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME,
  );
  if (typeof name === 'string') return name;
  const said = failure === null ? null : withAdvice(failure, advice, namingOf(options[WRITTEN_IN]));
  const why = hiding(secrets)(said === null ? insteadOf(models.at, response) : said + toldBy(response));
  const isRefused = response !== null && NOT_ALLOWED.has(response.status);
  const first = isRefused ? phrase`check ${the('api-key-env')}, or ` : '';
  throw new VolleyError(ERROR_CODES.usage, [
    new WordedProblem(
      phrase`${the('model')} is missing, and GET ${shownUrl(url)} names none (${cut(why)}): ${first}say which model to ask.`,
    ),
  ]);
}

const NOT_ALLOWED: ReadonlySet<number> = new Set([401, 403]);

/** What came instead of a list of models. */
function insteadOf(at: string, response: OnceExchange['response']): string {
  if (response === null) return 'no answer';
  if (response.status >= 300) return `it redirects, with status ${response.status}`;
  return isJson(response.body) ? `it names none at ${at}` : 'its answer is not JSON';
}

/** What a server that refuses says of it. */
function toldBy(response: OnceExchange['response']): string {
  const paths = ['error.message', 'message', 'detail', 'error'];
  const found = response === null ? [] : paths.flatMap((path) => findIn(response.body, path));
  const message = found.find((value) => typeof value === 'string' && value !== '');
  return typeof message === 'string' ? `: ${message}` : '';
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(body));
    return true;
  } catch {
    return false;
  }
}

/** What a server refuses of a preset's requests, and the body that it takes; null: as it is. */
interface Refused {
  readonly usage: boolean;
  readonly limit: boolean;
  readonly body: Preset['body'] | null;
}

const NOTHING_REFUSED: Refused = { usage: false, limit: false, body: null };

/** Asks whether a server answers only without the request for token usage, or to a limit of another name. */
async function refusedOf(options: RunOptions, preset: Preset): Promise<Refused> {
  const { preset: name = '', presets, model, apiKeyEnv, url, headers } = options;
  const question = {
    ...asker(options),
    url,
    headers,
    preset: name,
    presets,
    model,
    apiKeyEnv,
    prompt: 'Hi',
    maxTokens: 1,
  };
  const first = await answerTo(question);
  if (first === null || !REFUSALS.has(first.status)) return NOTHING_REFUSED;
  // The server itself names the limit that it takes.
  const renamed = first.text.includes(NEW_LIMIT) ? withNewLimit(preset) : null;
  const limit = renamed !== null;
  if (renamed !== null) {
    const second = await answerTo(withBody(question, name, renamed));
    if (second === null || !REFUSALS.has(second.status)) return { usage: false, limit, body: renamed };
  }
  const body = withoutUsage({ ...preset, body: renamed ?? preset.body });
  const last = await answerTo(withBody(question, name, body));
  const usage = last !== null && last.status < LOWEST_FAILURE;
  return { usage, limit, body: usage ? body : renamed };
}

async function answerTo(
  options: RunOptions,
): Promise<{ readonly status: number; readonly text: string } | null> {
  const { exchange } = await asked(options);
  const response = exchange?.response ?? null;
  return response === null
    ? null
    : { status: response.status, text: new TextDecoder().decode(response.body) };
}

/** Options for connections and credentials. */
function asker(options: RunOptions): RunOptions {
  const { user, digest, bearerEnv, cookie, userAgent, timeout, variables, location } = options;
  return {
    ...connectionOptionsOf(options),
    ...{ user, digest, bearerEnv, cookie, userAgent, variables, location, mode: 'inline' },
    timeout: `${Math.min(parseDurationMs(String(timeout ?? '')) ?? LONGEST_WAIT_MS, LONGEST_WAIT_MS)}ms`,
  };
}

async function asked(
  options: RunOptions,
): Promise<{ readonly exchange: OnceExchange | undefined; readonly secrets: readonly string[] }> {
  const plan = await completePlan(await readOptions(options));
  for await (const { exchanges, secrets } of sentOnce(plan))
    return { exchange: exchanges.at(-1), secrets: [...plan.supplies.secrets, ...secrets] };
  return { exchange: undefined, secrets: [] };
}

function findIn(body: Uint8Array, path: string): readonly unknown[] {
  try {
    return jsonQuery(path).find(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return [];
  }
}

function shownUrl(url: string): string {
  return withoutCredentials(url);
}
