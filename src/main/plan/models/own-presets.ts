import { messageOf } from '../../../protocol/errors.ts';
import { FRAMINGS, PRESET_NAMES } from '../../../protocol/stream.ts';
import { TOKEN } from '../../../requests/header-text.ts';
import { parseJsonPath } from '../../../requests/json-path.ts';
import { choiceAdvice, meantOrOneOf, nearestTo } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import type { PresetOptions, Texts } from '../library-options.ts';
import type { RunOptions } from '../options.ts';
import { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';
import { PRESETS, type Preset, type PresetStream } from './presets.ts';

/** How answers are read by default. */
export const BY_CONTENT: PresetStream = {
  framing: null,
  tokenPaths: [],
  reasoningPaths: [],
  usagePaths: [],
  endMark: null,
  endPaths: [],
};

/** Defaults of a custom preset. */
const NOTHING_SAID: Preset = {
  title: 'a preset of this plan',
  path: '',
  body: {},
  keyHeader: 'authorization',
  models: null,
  stream: BY_CONTENT,
};

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => isText(value) || (Array.isArray(value) && value.every(isText));
const TEXT = ['text', isText] as const;
const TEXTS = ['text, or a list of texts', isTexts] as const;

/** The allowed type of each field. */
const FIELDS: Readonly<
  Record<keyof PresetOptions, readonly [what: string, fits: (value: unknown) => boolean]>
> = {
  like: TEXT,
  title: TEXT,
  path: TEXT,
  body: ['an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  headers: TEXTS,
  keyHeader: TEXT,
  modelsPath: TEXT,
  modelsAt: TEXT,
  stream: TEXT,
  tokenPath: TEXTS,
  usagePath: TEXTS,
  reasoningPath: TEXTS,
  endMark: TEXT,
  endPath: TEXTS,
};

/** The selected preset, custom ones first; null if there is none, or if a problem has been noted. */
export function presetOf(
  { preset: name, presets = {} }: Pick<RunOptions, 'preset' | 'presets'>,
  problems: Problems,
): Preset | null {
  if (name === undefined) return null;
  const own = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (own !== undefined) return ownPreset(name, own, problems);
  const known = problems.choice('preset', name, [...Object.keys(presets), ...PRESET_NAMES]);
  return known === null ? null : PRESETS[known as keyof typeof PRESETS];
}

function ownPreset(name: string, said: PresetOptions, problems: Problems): Preset | null {
  // Collected separately, since a problem that is already known would not be counted again.
  const found = new Problems();
  const wrong = (field: string, value: unknown, advice: string): void =>
    found.add(phrase`${the('presets', `The preset ${quoted(name)}`)}: ${field} ${given(value)}: ${advice}`);
  for (const [field, value] of Object.entries(said)) {
    const known = Object.hasOwn(FIELDS, field) ? FIELDS[field as keyof PresetOptions] : undefined;
    if (known === undefined) {
      const advice = meantOrOneOf(field, Object.keys(FIELDS));
      found.add(
        phrase`${the('presets', `The preset ${quoted(name)}`)} has no field ${given(field)}: ${advice}`,
      );
    } else if (value !== undefined && !known[1](value)) wrong(field, value, `give ${known[0]}.`);
  }
  if (found.size === 0) checkWords(said, wrong);
  for (const problem of found.list) problems.add(problem);
  if (found.size > 0) return null;
  const base = said.like === undefined ? NOTHING_SAID : PRESETS[said.like];
  return withSaid(base, said);
}

function checkWords(
  said: PresetOptions,
  wrong: (field: string, value: unknown, advice: string) => void,
): void {
  const { like, path = '', keyHeader, modelsPath, modelsAt, stream } = said;
  if (like !== undefined && !PRESET_NAMES.includes(like))
    wrong('like', like, choiceAdvice(like, PRESET_NAMES));
  const framings = [...FRAMINGS, 'auto'];
  if (stream !== undefined && !framings.includes(stream))
    wrong('stream', stream, choiceAdvice(stream, framings));
  for (const [field, value] of Object.entries({ path, modelsPath }))
    if (value !== undefined && value !== '' && !value.startsWith('/'))
      wrong(field, value, 'give a path that begins with /.');
  if (keyHeader !== undefined && !TOKEN.test(keyHeader))
    wrong('keyHeader', keyHeader, 'give the name of a header, such as x-api-key.');
  if (modelsPath !== undefined && modelsAt === undefined && like === undefined)
    wrong('modelsPath', modelsPath, 'give in modelsAt the path to the first name, as in data[0].id.');
  for (const word of misspeltIn(said.body)) wrong('body', word, `did you mean ${nearestTo(word, WORDS)}?`);
  for (const [field, paths] of Object.entries({
    modelsAt,
    tokenPath: said.tokenPath,
    usagePath: said.usagePath,
    reasoningPath: said.reasoningPath,
    endPath: said.endPath,
  }))
    for (const path of listOf(paths) ?? []) {
      try {
        parseJsonPath(path);
      } catch (error) {
        wrong(field, path, `${messageOf(error)}.`);
      }
    }
}

const WORDS = ['$model', '$prompt', '$maxTokens'];

/** Values of a body that look like one of the words which are filled in, such as `$max_tokens`. */
function misspeltIn(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(misspeltIn);
  const isWord = typeof value === 'string' && /^\$\w+$/.test(value) && !WORDS.includes(value);
  return isWord && nearestTo(value, WORDS) !== null ? [value] : [];
}

function withSaid(base: Preset, said: PresetOptions): Preset {
  const { title, path, body, keyHeader, modelsPath, modelsAt, stream, endMark } = said;
  const headers = listOf(said.headers);
  const list = base.models ?? { path: '/v1/models', at: 'data[0].id' };
  const tokenPaths = listOf(said.tokenPath);
  return {
    title: title ?? base.title,
    path: path ?? base.path,
    body: body ?? base.body,
    keyHeader: keyHeader?.toLowerCase() ?? base.keyHeader,
    models:
      modelsPath === undefined && modelsAt === undefined
        ? base.models
        : { path: modelsPath ?? list.path, at: modelsAt ?? list.at },
    ...(headers !== null ? { headers } : base.headers === undefined ? {} : { headers: base.headers }),
    stream: {
      framing: stream === undefined ? base.stream.framing : stream === 'auto' ? null : stream,
      tokenPaths: tokenPaths ?? base.stream.tokenPaths,
      reasoningPaths: listOf(said.reasoningPath) ?? (tokenPaths === null ? base.stream.reasoningPaths : []),
      usagePaths: listOf(said.usagePath) ?? base.stream.usagePaths,
      endMark: endMark ?? base.stream.endMark,
      endPaths: listOf(said.endPath) ?? base.stream.endPaths,
      ...restOf(base, tokenPaths !== null),
    },
  };
}

/** How reasoning by its type, calls and answers in one piece are read, unless the preset has its own paths. */
function restOf({ stream }: Preset, hasOwnPaths: boolean): Partial<PresetStream> {
  const { reasoningTypes, callPaths, wholePaths, wholeTextPaths } = stream;
  if (hasOwnPaths) return {};
  return {
    ...(reasoningTypes === undefined ? {} : { reasoningTypes }),
    ...(callPaths === undefined ? {} : { callPaths }),
    ...(wholePaths === undefined ? {} : { wholePaths }),
    ...(wholeTextPaths === undefined ? {} : { wholeTextPaths }),
  };
}

/** Null if not given. */
function listOf(texts: Texts | undefined): readonly string[] | null {
  if (texts === undefined) return null;
  return typeof texts === 'string' ? [texts] : texts;
}
