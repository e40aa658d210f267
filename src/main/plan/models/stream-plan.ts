import { messageOf } from '../../../protocol/errors.ts';
import {
  FRAMINGS,
  type Objective,
  STREAM_TIME_KINDS,
  type StreamPlan,
  TOKEN_COUNTS,
} from '../../../protocol/stream.ts';
import type { Threshold } from '../../../protocol/threshold.ts';
import { isStreamTime, ruleNameOf } from '../../../protocol/times.ts';
import { parseJsonPath } from '../../../requests/json-path.ts';
import { meantOrOneOf } from '../../text/nearest.ts';
import type { RunOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { parseDurationMs } from '../quantities.ts';
import { given, phrase, the } from '../words.ts';
import { parseCancel } from './cancel.ts';
import { BY_CONTENT, presetOf } from './own-presets.ts';

const STREAM_WORDS = [...FRAMINGS, 'auto'] as const;
const LONGEST_STALL_MS = 604_800_000;

/** The options on streams of tokens. */
export interface Streaming {
  readonly stream: StreamPlan | null;
  readonly objectives: readonly Objective[];
  /** The rule that follows from the objectives' target; null without one. */
  readonly target: Threshold | null;
}

/** Reads how answers are read as streams, and their objectives. */
export function parseStreaming(options: RunOptions, problems: Problems): Streaming {
  const { preset, stream: word, tokenPath = [], usagePath = [], tokens, stallTimeout } = options;
  const isStreamed = preset !== undefined || word !== undefined;
  if (!isStreamed) {
    refuseWithoutStream(options, problems);
    return { stream: null, objectives: [], target: null };
  }
  const framing = word === undefined ? undefined : problems.choice('stream', word, STREAM_WORDS);
  const ofPreset = presetOf(options, problems)?.stream ?? BY_CONTENT;
  checkPaths('token-path', tokenPath, problems);
  checkPaths('usage-path', usagePath, problems);
  const count = problems.choice('tokens', tokens ?? 'auto', TOKEN_COUNTS);
  const stallMs =
    stallTimeout === undefined
      ? null
      : problems.durationMs('stall-timeout', stallTimeout, 1, LONGEST_STALL_MS);
  const objectives = parseObjectives(options.slo, problems);
  return {
    stream: {
      ...ofPreset,
      ...(framing === undefined || framing === null ? {} : { framing: framing === 'auto' ? null : framing }),
      ...(tokenPath.length === 0 ? {} : { tokenPaths: tokenPath, reasoningPaths: [] }),
      ...(usagePath.length === 0 ? {} : { usagePaths: usagePath }),
      count: count ?? 'auto',
      cancel: parseCancel(options.cancel, problems),
      stallMs,
    },
    objectives,
    target: parseTarget(options, objectives, problems),
  };
}

/** Notes a problem for each rule that requires streams if there are none. */
export function checkStreamRules(
  { thresholds, abortOn }: Readonly<Record<'thresholds' | 'abortOn', readonly Threshold[]>>,
  streaming: Streaming,
  problems: Problems,
): void {
  for (const { expression, measure } of abortOn)
    if (measure.type === 'tokens')
      problems.add(
        phrase`${the('abort-on')} ${given(expression)}: tokens per second are known only at the end: give it as ${the('threshold')}.`,
      );
  for (const { expression, measure } of thresholds) {
    const isOfStreams =
      measure.type === 'tokens' || ('kind' in measure && measure.kind !== null && isStreamTime(measure.kind));
    if (isOfStreams && streaming.stream === null)
      problems.add(
        phrase`${the('threshold')} ${given(expression)} is about streams of tokens: say how answers are read with ${the('stream')} or ${the('preset')}.`,
      );
    if (measure.type === 'goodput' && streaming.objectives.length === 0)
      problems.add(
        phrase`${the('threshold')} ${given(expression)}: say with ${the('slo')} what a good answer is, as in ${the('slo')} ttft<500ms.`,
      );
  }
}

function refuseWithoutStream(options: RunOptions, problems: Problems): void {
  const { tokenPath, usagePath, tokens, stallTimeout, cancel, slo, sloTarget } = options;
  const said = Object.entries({
    'token-path': tokenPath,
    'usage-path': usagePath,
    tokens,
    'stall-timeout': stallTimeout,
    cancel,
    slo,
    'slo-target': sloTarget,
  });
  for (const [name, value] of said) {
    for (const one of value === undefined ? [] : [value].flat())
      problems.add(
        phrase`${the(name)} ${given(one)} is about streams of tokens: say how answers are read with ${the('stream')} or ${the('preset')}.`,
      );
  }
}

function checkPaths(option: string, paths: readonly string[], problems: Problems): void {
  for (const path of paths) {
    try {
      parseJsonPath(path);
    } catch (error) {
      problems.add(phrase`${the(option)} ${given(path)}: ${messageOf(error)}.`);
    }
  }
}

const OBJECTIVE = /^\s*([a-z0-9-]+)\s*<\s*([\d.]+\s*[a-zµ]*)\s*$/;

/** Reads `ttft<500ms,tpot<50ms`. */
function parseObjectives(text: string | undefined, problems: Problems): Objective[] {
  if (text === undefined) return [];
  const names = STREAM_TIME_KINDS.map(ruleNameOf);
  return text.split(',').flatMap((part) => {
    const [, name = '', limit = ''] = OBJECTIVE.exec(part) ?? [];
    const kind = STREAM_TIME_KINDS.find((known) => ruleNameOf(known) === name);
    const limitMs = limitOf(limit);
    if (kind !== undefined && limitMs !== null && limitMs > 0) return [{ kind, limitMs }];
    const advice =
      name !== '' && kind === undefined
        ? meantOrOneOf(name, names)
        : 'give times of an answer with their limits, such as ttft<500ms,tpot<50ms.';
    problems.add(phrase`${the('slo')} ${given(part.trim())}: ${advice}`);
    return [];
  });
}

/** Reads a limit with its unit, which is required: 500 could be seconds or milliseconds. */
function limitOf(text: string): number | null {
  return /\d\s*[a-zµ]+$/.test(text) ? parseDurationMs(text.replace(/\s/g, '')) : null;
}

function parseTarget(
  { sloTarget, slo }: RunOptions,
  objectives: readonly Objective[],
  problems: Problems,
): Threshold | null {
  if (sloTarget === undefined) return null;
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(String(sloTarget))?.[1];
  const share = percent === undefined ? Number.NaN : Number(percent) / 100;
  if (!(share > 0 && share <= 1)) {
    problems.add(phrase`${the('slo-target')} ${given(sloTarget)}: give a percentage above 0, such as 99%.`);
    return null;
  }
  if (slo === undefined || objectives.length === 0) {
    if (slo === undefined)
      problems.add(
        phrase`${the('slo-target')} without ${the('slo')}: say what a good answer is, as in ${the('slo')} ttft<500ms.`,
      );
    return null;
  }
  return {
    expression: `goodput>=${percent}%`,
    measure: { type: 'goodput' },
    request: null,
    operator: '>=',
    limit: share,
  };
}
