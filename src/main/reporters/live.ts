import { MS_PER_SECOND } from '../../protocol/units.ts';
import { formatCount, formatDuration, formatMs, formatRate, shareText } from '../format.ts';
import type { Progress } from '../run/progress.ts';

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
    const line = renderProgress(progress, last);
    last = progress;
    stream.write(isTerminal ? CLEAR_LINE + line.slice(0, (stream.columns ?? 80) - 1) : `${line}\n`);
  }
  if (isTerminal && last !== null) stream.write(CLEAR_LINE);
}

/** One line; the rate is of what has ended since the last one. */
export function renderProgress(progress: Progress, last: Progress | null): string {
  const { elapsedMs, durationMs, requests, ended, failed, topError, p50Ms, p99Ms } = progress;
  if (elapsedMs < 0) return `warming up, ${formatMs(-elapsedMs)} to go`;
  const sinceMs = elapsedMs - Math.max(0, last?.elapsedMs ?? 0);
  const rate = sinceMs <= 0 ? 0 : ((ended - (last?.ended ?? 0)) * MS_PER_SECOND) / sinceMs;
  return [
    `${shareOf(progress)} ${(elapsedMs / MS_PER_SECOND).toFixed(1)} s${durationMs === null ? '' : ` of ${formatDuration(durationMs)}`}`,
    `${formatCount(ended)}${requests === null ? '' : ` of ${formatCount(requests)}`} done`,
    formatRate(rate),
    `p50 ${formatMs(p50Ms)}`,
    `p99 ${formatMs(p99Ms)}`,
    `${formatCount(failed)} failed${shareText(failed, ended)}${topError === null ? '' : `: ${topError}`}`,
  ].join('  ');
}

function shareOf({ elapsedMs, durationMs, ended, requests }: Progress): string {
  const shares = [durationMs === null ? 0 : elapsedMs / durationMs, requests === null ? 0 : ended / requests];
  return `${Math.floor(Math.min(1, Math.max(...shares)) * 100)}%`.padStart(4);
}
