import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Progress } from '../run/run-handle.ts';
import {
  formatCount,
  formatDuration,
  formatMs,
  formatPercent,
  formatRate,
  shareText,
} from '../text/format.ts';
import { fittedLine, type LinePart, lineWidth } from './fitted-line.ts';

const TERMINAL_INTERVAL_MS = 500;
const PLAIN_INTERVAL_MS = 5_000;
const CLEAR_LINE = '\r\x1b[K';

/** The part of a stream that the live view needs. */
export interface LiveStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows where a run stands: one line that renews itself on a terminal, else a plain line every 5 s. */
export async function showProgress(
  run: { progress(intervalMs: number): AsyncIterable<Progress> },
  stream: LiveStream,
): Promise<void> {
  const isTerminal = stream.isTTY === true;
  let last: Progress | null = null;
  for await (const progress of run.progress(isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS)) {
    const line = renderProgress(progress, last, isTerminal ? lineWidth(stream) : Number.POSITIVE_INFINITY);
    last = progress;
    stream.write(isTerminal ? CLEAR_LINE + line : `${line}\n`);
  }
  if (isTerminal && last !== null) stream.write(CLEAR_LINE);
}

/** One line of what there is room for; the rate is of what has ended since the last one. */
export function renderProgress(
  progress: Progress,
  last: Progress | null,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const { elapsedMs, durationMs, requests, ended, failed, topError, p50Ms, p99Ms } = progress;
  if (elapsedMs < 0)
    return fittedLine(
      [
        { text: 'warming up', dropAt: 0 },
        { text: `${formatMs(-elapsedMs)} to go`, gap: ', ', dropAt: 1 },
      ],
      width,
    );
  const sinceMs = elapsedMs - Math.max(0, last?.elapsedMs ?? 0);
  const rate = sinceMs <= 0 ? 0 : ((ended - (last?.ended ?? 0)) * MS_PER_SECOND) / sinceMs;
  const elapsed = `${(elapsedMs / MS_PER_SECOND).toFixed(1)} s`;
  const done = `${formatCount(ended)} done`;
  return fittedLine(
    [
      { text: shareOf(progress), dropAt: 1 },
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
      { text: formatRate(rate), dropAt: 4 },
      { text: `p50 ${formatMs(p50Ms)}`, dropAt: 7 },
      { text: `p99 ${formatMs(p99Ms)}`, dropAt: 5 },
      failedPart(failed, ended),
      ...(topError === null ? [] : [{ text: topError, gap: ': ', dropAt: 3 }]),
    ],
    width,
  );
}

/** That something fails is the last to go. */
export function failedPart(failed: number, of: number): LinePart {
  const text = `${formatCount(failed)} failed`;
  return failed === 0 || of === 0
    ? { text, dropAt: 0 }
    : { text: text + shareText(failed, of), shorter: `${formatPercent(failed / of)} failed`, dropAt: 0 };
}

function shareOf({ elapsedMs, durationMs, ended, requests }: Progress): string {
  const shares = [durationMs === null ? 0 : elapsedMs / durationMs, requests === null ? 0 : ended / requests];
  return `${Math.floor(Math.min(1, Math.max(...shares)) * 100)}%`.padStart(4);
}
