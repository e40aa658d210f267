import type { LiveStream } from '../reporters/live-line.ts';
import { type View, viewOf } from '../reporters/view.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

/** How a command shows what it does. */
export interface Showing {
  /** Of a report on stdout. */
  readonly view: View;
  /** Where progress is shown; null where it is not. */
  readonly live: LiveStream | null;
  /** A sentence on stderr that nobody misses; what went wrong is said in any case. */
  note(sentence: string): void;
}

export function showingFrom(parsed: Parsed): Showing {
  const isQuiet = parsed.flag('quiet');
  return {
    view: viewOf(process.stdout, process.env, parsed.flag('verbose')),
    live: isQuiet || parsed.flag('no-progress') ? null : process.stderr,
    note: isQuiet ? () => {} : say,
  };
}
