import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { visible } from '../../requests/visible.ts';
import type { Progress } from '../run/run-handle.ts';
import { agentsInOrder } from '../text/agents-in-order.ts';
import { cutToCells } from '../text/cell-width.ts';
import {
  formatCount,
  formatDuration,
  formatElapsed,
  formatFailedShare,
  formatMs,
  formatRate,
  shareText,
} from '../text/format.ts';
import { fittedLine, type LinePart } from './fitted-line.ts';
import { LiveLine, type LiveStream } from './live-line.ts';

const TERMINAL_INTERVAL_MS = 500;
const PLAIN_INTERVAL_MS = 5_000;
const MOST_KINDS = 3;
/** Of an agent: what it has done is to be on the same line. */
const LONGEST_NAME = 40;

/** Shows a run's progress: a line redrawn in place on a terminal, else a plain line every 5 s. */
export async function showProgress(
  run: { progress(intervalMs: number): AsyncIterable<Progress> },
  stream: LiveStream,
  isVerbose = false,
): Promise<void> {
  const live = new LiveLine(stream);
  let last: Progress | null = null;
  for await (const progress of run.progress(live.isRenewed ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS)) {
    live.show(renderProgress(progress, last, live.width));
    if (isVerbose && !live.isRenewed)
      for (const agent of agentsInOrder(progress.agents ?? [])) live.show(agentLine(agent));
    last = progress;
  }
  live.clear();
}

/** One line with as much as fits; the rate counts what has ended since the last line. */
export function renderProgress(
  progress: Progress,
  last: Progress | null,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const { elapsedMs, durationMs, requests, ended, failed, failedAs } = progress;
  if (elapsedMs < 0)
    return fittedLine(
      [
        { text: 'warming up', dropAt: 0 },
        { text: `${formatMs(-elapsedMs)} to go`, gap: ', ', dropAt: 1 },
      ],
      width,
    );
  const elapsed = formatElapsed(elapsedMs);
  const done = `${formatCount(ended)} done`;
  return fittedLine(
    [
      ...(durationMs === null && requests === null ? [] : [{ text: shareOf(progress), dropAt: 1 }]),
      durationMs === null
        ? { text: elapsed, gap: ' ', dropAt: 6 }
        : {
            text: `${elapsed} of ${formatDuration(durationMs)}`,
            shorter: elapsed,
            gap: ' ',
            dropAt: 6,
          },
      requests === null
        ? { text: done, dropAt: 2 }
        : { text: `${formatCount(ended)} of ${formatCount(requests)} done`, shorter: done, dropAt: 2 },
      ...progressParts(progress, last),
      failedPart(failed, ended),
      ...kindsPart(failedAs),
    ],
    width,
  );
}

/** The line of one agent of a run over several, below the overall line. */
export function agentLine({ name, state, sent, perSecond, mostLagMs }: AgentSoFar): string {
  const parts = [
    state === 'lost' ? 'LOST' : state,
    `${formatCount(sent)} sent`,
    ...(perSecond === null ? [] : [formatRate(perSecond)]),
    ...(mostLagMs === null ? [] : [`starts up to ${formatMs(mostLagMs)} late`]),
  ];
  return `      ${cutToCells(visible(name), LONGEST_NAME)}: ${parts.join(', ')}`;
}

/** The rate since the last line, and the percentiles so far. */
export function progressParts(
  { elapsedMs, ended, p50Ms, p99Ms }: Progress,
  last: Progress | null,
): LinePart[] {
  const sinceMs = elapsedMs - Math.max(0, last?.elapsedMs ?? 0);
  const rate = sinceMs <= 0 ? 0 : ((ended - (last?.ended ?? 0)) * MS_PER_SECOND) / sinceMs;
  return [
    { text: formatRate(rate), dropAt: 4 },
    { text: `p50 ${formatMs(p50Ms)}`, dropAt: 7 },
    { text: `p99 ${formatMs(p99Ms)}`, dropAt: 5 },
  ];
}

/** The number of failures is dropped last. */
export function failedPart(failed: number, of: number): LinePart {
  const text = `${formatCount(failed)} failed`;
  return failed === 0 || of === 0
    ? { text, dropAt: 0 }
    : { text: text + shareText(failed, of), shorter: `${formatFailedShare(failed / of)} failed`, dropAt: 0 };
}

/** How requests failed: the most frequent kinds if they fit, else only the first. */
export function kindsPart(failedAs: Progress['failedAs']): LinePart[] {
  const [top, ...others] = failedAs;
  if (top === undefined) return [];
  const part = { gap: ': ', dropAt: 3 };
  if (others.length === 0) return [{ ...part, text: top.name }];
  const shown = failedAs.slice(0, MOST_KINDS).map(({ name, count }) => `${formatCount(count)} ${name}`);
  const left = failedAs.length - shown.length;
  const more = left > 0 ? [`${formatCount(left)} more`] : [];
  return [{ ...part, text: [...shown, ...more].join(', '), shorter: `most ${top.name}` }];
}

function shareOf({ elapsedMs, durationMs, ended, requests }: Progress): string {
  const shares = [durationMs === null ? 0 : elapsedMs / durationMs, requests === null ? 0 : ended / requests];
  return `${Math.floor(Math.min(1, Math.max(...shares)) * 100)}%`.padStart(4);
}
