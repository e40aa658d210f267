import { styleText } from 'node:util';

/** The meaning of a text, for terminals with colours. Colour never carries information on its own. */
export type Tone = keyof typeof STYLES;
export type Paint = (tone: Tone, text: string) => string;

/** How a text report is shown. */
export interface View {
  /** Characters per line. */
  readonly width: number;
  /** Includes figures that only matter to people who work on volley. */
  readonly isVerbose: boolean;
  readonly paint: Paint;
}

/** The part of a stream that decides how it is written to. */
interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const STYLES = { good: 'green', bad: 'red', warning: 'yellow', strong: 'bold', faint: 'dim' } as const;

const DEFAULT_WIDTH = 80;
const NARROWEST = 40;
/** Longer lines are hard to read. */
const WIDEST = 120;

/** For files and other streams that are not terminals. */
export const PLAIN_VIEW: View = { width: DEFAULT_WIDTH, isVerbose: false, paint: (_tone, text) => text };

/** How a report is shown on a stream. A terminal may be resized before the report is written. */
export function viewOf(screen: Screen, environment: NodeJS.ProcessEnv, isVerbose: boolean): View {
  return {
    get width(): number {
      return widthOf(screen);
    },
    isVerbose,
    paint: paintOf(screen, environment),
  };
}

function widthOf({ isTTY, columns }: Screen): number {
  return isTTY === true && columns ? Math.min(WIDEST, Math.max(NARROWEST, columns)) : DEFAULT_WIDTH;
}

/** Colours, if the stream supports them. */
export function paintOf(screen: Screen, environment: NodeJS.ProcessEnv): Paint {
  return hasColours(screen, environment) ? coloured : PLAIN_VIEW.paint;
}

/**
 * On a terminal that is not dumb, unless NO_COLOR is set and not empty (https://no-color.org); FORCE_COLOR overrides
 * all of this.
 */
export function hasColours({ isTTY }: Screen, environment: NodeJS.ProcessEnv): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, TERM: terminal } = environment;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && !none && terminal !== 'dumb';
}

function coloured(tone: Tone, text: string): string {
  return styleText(STYLES[tone], text, { validateStream: false });
}
