import type { LiveStream } from '../reporters/live-line.ts';
import { type View, viewOf } from '../reporters/view.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

/** How a command shows its progress and its report. */
export interface Showing {
  /** For the report on stdout. */
  readonly view: View;
  /** Where progress is shown; null if it is not. */
  readonly live: LiveStream | null;
  /** Writes a dispensable sentence to stderr; --quiet suppresses it, but never errors. */
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
