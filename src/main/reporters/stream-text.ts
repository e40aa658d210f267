import { STREAM_TIME_KINDS, STREAM_TIMES, type StreamTimeKind } from '../../protocol/stream.ts';
import type { StreamSummary, Summary } from '../../protocol/summary.ts';
import { counted, formatCount, formatMs, formatPercent, formatRate } from '../text/format.ts';
import { rows } from './labelled-rows.ts';
import { timesTable } from './latency-text.ts';
import type { View } from './view.ts';

/** Token times of streamed answers; empty without streams. */
export function streamLines({ streams }: Summary, view: View): string[] {
  if (!streams) return [];
  const kinds = shownKinds(streams);
  const table =
    kinds.length === 0
      ? []
      : timesTable(
          'tokens',
          kinds.map((kind) => [STREAM_TIMES[kind].label, streams.timesMs[kind]]),
          view,
        );
  return [...table, ...streamFacts(streams).flatMap((fact) => rows('', fact, view.width))];
}

/** Kinds that have values; the first output only if some tokens were reasoning. */
export function shownKinds({ timesMs }: StreamSummary): StreamTimeKind[] {
  return STREAM_TIME_KINDS.filter((kind) => {
    const { count, mean } = timesMs[kind];
    if (count === 0) return false;
    if (kind === 'ttfo') return count !== timesMs.ttft.count || mean !== timesMs.ttft.mean;
    return true;
  });
}

/** Token counts and other facts, one sentence each. */
export function streamFacts({ answers, notStreamed, tokens, gaps, goodput }: StreamSummary): string[] {
  const speed = [
    ...(tokens.perSecond === null ? [] : [`${formatRate(tokens.perSecond)} overall`]),
    ...(tokens.perUserPerSecond === null ? [] : [`${formatRate(tokens.perUserPerSecond)} for each user`]),
  ];
  const made =
    tokens.countedAnswers === 0
      ? 'no answer whose tokens are known'
      : `${counted(tokens.total, 'token')} in ${counted(tokens.countedAnswers, 'answer')}, ${sourceText(tokens)}`;
  return [
    [made, ...speed].join('; '),
    ...(gaps.coalescedShare === null || gaps.coalescedShare === 0
      ? []
      : [`${formatPercent(gaps.coalescedShare)} of the gaps are zero: both token events came with one read`]),
    ...(notStreamed === 0
      ? []
      : [
          `${formatCount(notStreamed)} of ${counted(answers, 'answer')} did not come as a stream: only e2e of their times is known`,
        ]),
    ...(goodput === null ? [] : [goodputText(goodput)]),
  ];
}

/** Where the token counts come from. */
function sourceText({ countedAnswers, countedByServer, perEvent }: StreamSummary['tokens']): string {
  const each = perEvent === null ? '' : `, ${perEvent.toFixed(2)} an event`;
  if (countedByServer === 0) return 'counted as events';
  if (countedByServer >= countedAnswers) return `counted by the server${each}`;
  return `in ${formatCount(countedByServer)} of them counted by the server, else as events${each}`;
}

function goodputText({ objectives, good, share, perSecond }: NonNullable<StreamSummary['goodput']>): string {
  const asked = objectives.map(({ name, limitMs }) => `${name} < ${formatMs(limitMs)}`).join(', ');
  const of = share === null ? '' : ` (${formatPercent(share)} of what was sent)`;
  return `goodput ${formatRate(perSecond)}: ${counted(good, 'answer')}${of} kept ${asked}`;
}
