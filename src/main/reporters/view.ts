import { styleText } from 'node:util';

/** What a text is, for a terminal with colours. None of it is said by its colour alone. */
export type Tone = keyof typeof STYLES;
export type Paint = (tone: Tone, text: string) => string;

/** How a text report is shown. */
export interface View {
  /** Characters of a line. */
  readonly width: number;
  /** With figures that mean something to who works on volley. */
  readonly isVerbose: boolean;
  readonly paint: Paint;
}

/** The part of a stream that decides how it is written to. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const STYLES = { good: 'green', bad: 'red', warning: 'yellow', strong: 'bold', faint: 'dim' } as const;

const DEFAULT_WIDTH = 80;
const NARROWEST = 40;
/** Longer lines are hard to read. */
const WIDEST = 120;

/** For a file, and for whatever else is no terminal. */
export const PLAIN_VIEW: View = { width: DEFAULT_WIDTH, isVerbose: false, paint: (_tone, text) => text };

/** How a report is shown on a stream. */
export function viewOf(screen: Screen, environment: NodeJS.ProcessEnv, isVerbose: boolean): View {
  const width =
    screen.isTTY === true && screen.columns
      ? Math.min(WIDEST, Math.max(NARROWEST, screen.columns))
      : DEFAULT_WIDTH;
  return { width, isVerbose, paint: paintOf(screen, environment) };
}

/** Colours where a stream has them. */
export function paintOf(screen: Screen, environment: NodeJS.ProcessEnv): Paint {
  return hasColours(screen, environment) ? coloured : PLAIN_VIEW.paint;
}

/**
 * On a terminal that is not dumb, unless NO_COLOR is set (https://no-color.org) and is not empty; FORCE_COLOR decides
 * whatever the rest says.
 */
export function hasColours({ isTTY }: Screen, environment: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: terminal } = environment;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && !none && terminal !== 'dumb';
}

function coloured(tone: Tone, text: string): string {
  return styleText(STYLES[tone], text, { validateStream: false });
}
