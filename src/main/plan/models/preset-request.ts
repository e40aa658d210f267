import { shownVariable } from '../../text/quoted.ts';
import type { RunOptions } from '../options.ts';
import { givenAmong, SAY_WHAT_IS_SENT } from '../options-given.ts';
import type { Problems } from '../problems.ts';
import { readTextOf } from '../read-text.ts';
import { given, listed, type OptionWord, phrase, the } from '../words.ts';
import { presetOf } from './own-presets.ts';
import { asksForUsage, needsModel, type Preset, says, withoutUsage } from './presets.ts';
import { noPromptColumn } from './row-prompts.ts';
import { parseSynthetic } from './synthetic-prompts.ts';
import { withTraceRequests } from './trace-requests.ts';

const DEFAULT_PROMPT = 'Tell me in a few sentences how the sea became salty.';
const DEFAULT_MAX_TOKENS = 128;
const MOST_TOKENS = 10_000_000;
const MODEL_IN_PATH = 'MODEL';
const MAX_TOKENS_OF_ROW = '{{max_tokens}}';
const { method, dataUrlencode, ...OF_THE_BODY } = SAY_WHAT_IS_SENT;
/** Options that a preset sets itself. */
const OF_THE_REQUEST = {
  method,
  dataUrlencode,
  curl: 'curl',
  curlFile: 'curl-file',
  har: 'har',
  urls: 'urls',
};
const ONLY_WITH_PRESET = {
  model: 'model',
  prompt: 'prompt',
  prompts: 'prompts',
  syntheticPrompts: 'synthetic-prompts',
  sharedPrefix: 'shared-prefix',
  maxTokens: 'max-tokens',
  apiKeyEnv: 'api-key-env',
} as const;

/**
 * Builds the request to a model server from a preset and its few options, as ordinary options of a request.
 *
 * @param columns column names of rows that are sent later, one by one; null without any
 */
export function withPreset(
  options: RunOptions,
  problems: Problems,
  columns: readonly string[] | null = null,
): RunOptions {
  const { preset: name, model, prompt, prompts, maxTokens, apiKeyEnv, ...others } = options;
  const { syntheticPrompts, sharedPrefix, trace, ...rest } = others;
  // The trace stays, so that its own problems are reported as well.
  const withTrace = trace === undefined ? rest : { ...rest, trace };
  checkValues(options, problems);
  if (name === undefined) {
    refuseWithoutPreset(options, problems);
    return trace === undefined ? rest : withTraceRequests({ ...rest, trace }, problems);
  }
  const preset = presetOf(options, problems);
  refuseBeside(options, problems);
  if (preset === null) return { ...withTrace, preset: name };
  const bodies = givenAmong(options, OF_THE_BODY);
  if (bodies.length > 0) return { ...withOwnBody(options, rest, preset, bodies, problems), preset: name };
  const inUrl = modelInUrl(options, preset);
  if (model === undefined && inUrl === null && needsModel(preset) && preset.models === null)
    problems.add(phrase`${the('preset')} ${given(name)} without ${the('model')}: say which model to ask.`);
  checkPrompts(options, preset, problems);
  const isAskedOfRows = columns !== null || rest.rows !== undefined;
  const lacksPrompt = isAskedOfRows && !checkRowPrompts(options, preset, columns, problems);
  const hasPrompts = prompts !== undefined || syntheticPrompts !== undefined || trace !== undefined;
  const tokens = problems.count('max-tokens', maxTokens ?? DEFAULT_MAX_TOKENS, 1, MOST_TOKENS);
  const isOfRow = hasPrompts || (isAskedOfRows && prompt === undefined);
  // A missing column has been reported; a placeholder would report it again.
  const text = lacksPrompt ? '' : isOfRow ? null : promptText(prompt, problems);
  const named = model ?? inUrl ?? (preset.models === null ? undefined : firstOf(preset));
  // Counting events needs no usage report from the server.
  const sent = rest.tokens === 'events' && asksForUsage(preset) ? withoutUsage(preset) : preset.body;
  const body = filled(sent, {
    $model: named,
    // If there are many prompts, it is filled in for each request.
    $prompt: text ?? '{{prompt}}',
    $maxTokens: trace === undefined ? tokens : MAX_TOKENS_OF_ROW,
  });
  const request = {
    ...addressed(preset, named, apiKeyEnv, rest, problems),
    // Without quotes, since it is a number.
    json: JSON.stringify(body).replaceAll(`"${MAX_TOKENS_OF_ROW}"`, MAX_TOKENS_OF_ROW),
  };
  const rows = { prompts, syntheticPrompts, sharedPrefix, trace };
  const inTurn = trace === undefined ? {} : { rowsMode: 'once' as const };
  if (isAskedOfRows) return { ...rest, ...request, preset: name };
  if (hasPrompts) return { ...rest, ...request, ...rows, ...inTurn, preset: name };
  // Braces in a prompt are not placeholders.
  const { url, ...besides } = request;
  return {
    ...withoutRequest(rest),
    preset: name,
    mix: url === undefined ? [] : [{ name, url, placeholders: false, ...besides }],
  };
}

function checkValues({ model, prompt, trace, rowsMode }: RunOptions, problems: Problems): void {
  for (const [option, value] of Object.entries({ model, prompt }))
    if (value?.trim() === '')
      problems.add(phrase`${the(option)} ${given(value)} is empty: say what to ask, or leave it out.`);
  if (trace !== undefined && rowsMode !== undefined)
    problems.add(
      phrase`${the('rows-mode')} ${given(rowsMode)} with ${the('trace')}: each request of a trace is sent once, in order: leave it out.`,
    );
}

/** Whether options bring their own body for a preset, which then has no place for a prompt. */
export function hasOwnBody(options: RunOptions): boolean {
  return givenAmong(options, OF_THE_BODY).length > 0;
}

/** The request of a preset with a body of the user's own; `rest` are the options without those of presets. */
function withOwnBody(
  { model, prompt, prompts, syntheticPrompts, sharedPrefix, trace, maxTokens, apiKeyEnv }: RunOptions,
  rest: RunOptions,
  preset: Preset,
  bodies: readonly OptionWord[],
  problems: Problems,
): RunOptions {
  const isModelInPath = preset.path.includes(MODEL_IN_PATH);
  const others = {
    prompt,
    prompts,
    'synthetic-prompts': syntheticPrompts,
    'shared-prefix': sharedPrefix,
    trace,
  };
  for (const [option, value] of Object.entries({
    ...others,
    'max-tokens': maxTokens,
    ...(isModelInPath ? {} : { model }),
  }))
    if (value !== undefined)
      problems.add(
        phrase`${the(option)} ${given(value)} with ${listed(bodies, ', ')}: the body says what is asked: leave one of them out.`,
      );
  const named = model ?? modelInUrl({ url: rest.url }, preset) ?? undefined;
  if (isModelInPath && named === undefined)
    problems.add(phrase`${the('model')} is missing: say which model to ask.`);
  return { ...rest, ...addressed(preset, named, apiKeyEnv, rest, problems) };
}

/** A preset's request without its body. */
function addressed(
  preset: Preset,
  model: string | undefined,
  apiKeyEnv: string | undefined,
  { url, headers }: RunOptions,
  problems: Problems,
): Pick<RunOptions, 'url' | 'method'> & { readonly headers: string[] } {
  const inUrl = modelInUrl({ url }, preset);
  if (inUrl !== null && model !== undefined && model !== inUrl)
    problems.add(
      phrase`${the('model')} ${given(model)}: the URL names ${given(inUrl)}: leave one of them out.`,
    );
  return {
    url: url === undefined ? undefined : withPath(url, preset.path.replace(MODEL_IN_PATH, model ?? '')),
    method: 'POST',
    headers: [...(preset.headers ?? []), ...keyHeaders(preset, apiKeyEnv, problems), ...(headers ?? [])],
  };
}

/** Notes problems with prompts that are made from rows; false if it is known that there is none. */
function checkRowPrompts(
  { preset: name, prompt, prompts, syntheticPrompts, trace }: RunOptions,
  preset: Preset,
  columns: readonly string[] | null,
  problems: Problems,
): boolean {
  const others = { prompts, 'synthetic-prompts': syntheticPrompts, trace };
  for (const [option, value] of Object.entries(others))
    if (value !== undefined)
      problems.add(
        phrase`${the(option)} ${given(value)} with ${the('rows')}: the rows say what is asked: leave one of them out.`,
      );
  if (
    prompt !== undefined ||
    columns === null ||
    columns.length === 0 ||
    columns.includes('prompt') ||
    !says(preset.body, '$prompt')
  )
    return true;
  problems.add(noPromptColumn(name ?? '', columns));
  return false;
}

/** Notes problems with the options on prompts. */
function checkPrompts(
  { preset: name, prompt, prompts, syntheticPrompts, sharedPrefix, trace, maxTokens }: RunOptions,
  preset: Preset,
  problems: Problems,
): void {
  const asked = { prompt, prompts, 'synthetic-prompts': syntheticPrompts, trace };
  for (const [option, value] of Object.entries(asked))
    if (value !== undefined && !says(preset.body, '$prompt'))
      problems.add(
        phrase`${the(option)} ${given(value)} with ${the('preset')} ${given(name)}: it sends no prompt: leave it out, or put $prompt into the preset's body.`,
      );
  const said = Object.entries(asked).filter(([, value]) => value !== undefined);
  if (said.length > 1)
    problems.add(
      phrase`${listed(
        said.map(([option]) => the(option)),
        ' with ',
      )}: each says what to ask: give one of them.`,
    );
  if (syntheticPrompts === undefined && trace === undefined)
    parseSynthetic(undefined, sharedPrefix, problems);
  if (trace !== undefined && maxTokens !== undefined)
    problems.add(
      phrase`${the('max-tokens')} ${given(maxTokens)} with ${the('trace')}: the trace has it for each request: leave it out.`,
    );
}

/** Placeholder for the model until the server has named it. */
function firstOf({ models }: Preset): string {
  return `(the first of ${models?.path})`;
}

/** URL of the server's list of models; null if it has none. */
export function modelsUrl(url: string, { path, models }: Preset): string | null {
  if (models === null) return null;
  const { trimmed, rest } = partsOf(url);
  const end = [path, withoutVersion(path)].find((said) => said !== '' && pathOf(trimmed).endsWith(said));
  const root = end === undefined ? trimmed : trimmed.slice(0, -end.length);
  return withPath(root + rest, models.path);
}

/** The model that a URL with the whole path of the preset names; null without one. */
export function modelInUrl({ url }: Pick<RunOptions, 'url'>, { path }: Preset): string | null {
  if (url === undefined || !path.includes(MODEL_IN_PATH)) return null;
  const [before = '', after = ''] = path.split(MODEL_IN_PATH);
  const said = pathOf(partsOf(url).trimmed);
  const from = said.lastIndexOf(before);
  const named =
    from === -1 || !said.endsWith(after) ? '' : said.slice(from + before.length, said.length - after.length);
  return named === '' || named.includes('/') ? null : named;
}

function withoutRequest({ url: _url, headers: _headers, ...rest }: RunOptions): RunOptions {
  return rest;
}

function refuseWithoutPreset(options: RunOptions, problems: Problems): void {
  for (const [key, option] of Object.entries(ONLY_WITH_PRESET)) {
    const value = options[key as keyof typeof ONLY_WITH_PRESET];
    if (value !== undefined)
      problems.add(
        phrase`${the(option)} ${given(value)} without ${the('preset')}: say which kind of server is asked, as in ${the('preset')} openai-chat.`,
      );
  }
}

function refuseBeside(options: RunOptions, problems: Problems): void {
  const said = [
    ...givenAmong(options, OF_THE_REQUEST),
    ...(options.mix === undefined ? [] : [the('mix', 'requests of a plan')]),
  ];
  if (said.length > 0)
    problems.add(
      phrase`${the('preset')} with ${listed(said, ', ')}: the preset says what is sent: leave one of them out.`,
    );
}

function promptText(prompt: string | undefined, problems: Problems): string | null {
  if (prompt === undefined) return DEFAULT_PROMPT;
  return prompt.startsWith('@') ? readTextOf('prompt', prompt.slice(1), problems) : prompt;
}

/** The header with the API key. */
export function keyHeaders(
  { keyHeader }: Preset,
  variable: string | undefined,
  problems: Problems,
): string[] {
  if (variable === undefined || keyHeader === null) return [];
  const key = process.env[variable];
  if (key === undefined || key === '') {
    const why = key === '' ? 'that environment variable is empty' : 'there is no such environment variable';
    problems.add(
      phrase`${the('api-key-env')} ${given(shownVariable(variable))}: ${why}: export it, or name another.`,
    );
    return [];
  }
  if (keyHeader === 'authorization' && /^\s*bearer\s/i.test(key))
    problems.add(
      phrase`${the('api-key-env')} ${given(shownVariable(variable))}: its value begins with Bearer, which is sent before it anyway: give the key alone.`,
    );
  return [keyHeader === 'authorization' ? `authorization: Bearer ${key}` : `${keyHeader}: ${key}`];
}

/**
 * Appends a path to the URL's, without repeating a beginning that is already there. Gateways have the same paths
 * without their version (/openai/deployments/NAME/chat/completions): such a URL is whole.
 */
function withPath(url: string, path: string): string {
  if (path === '') return url;
  const { trimmed, rest } = partsOf(url);
  const steps = path.split('/').slice(1);
  for (let count = steps.length; count > 0; count--) {
    const begin = `/${steps.slice(0, count).join('/')}`;
    if (trimmed.endsWith(begin) && trimmed.length > begin.length + 1)
      return trimmed + path.slice(begin.length) + rest;
  }
  return pathOf(trimmed).endsWith(withoutVersion(path)) ? trimmed + rest : trimmed + path + rest;
}

/** A URL without slashes at the end of its path, and what follows that. */
function partsOf(url: string): { readonly trimmed: string; readonly rest: string } {
  const [, base = url, rest = ''] = /^([^?#]*)([?#].*)?$/s.exec(url) ?? [];
  return { trimmed: base.replace(/\/+$/, ''), rest };
}

function pathOf(trimmed: string): string {
  return trimmed.replace(/^(?:[a-z]+:\/\/)?[^/]*/i, '');
}

function withoutVersion(path: string): string {
  return path.replace(/^\/v\d+(?=\/)/, '');
}

/** Fills in a body, without the fields that have no value. */
function filled(value: unknown, values: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === 'string')
    return Object.hasOwn(values, value) ? (values[value] ?? undefined) : withWords(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, item]) => [name, filled(item, values)] as const)
      .filter(([, item]) => item !== undefined),
  );
}

const WORD = /\$(?:model|prompt|maxTokens)\b/g;

/** Replaces words within a longer text. */
function withWords(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replace(WORD, (word) => String(values[word] ?? ''));
}
