/** The part of a terminal that a screen is drawn on. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

export const FEWEST_COLUMNS = 60;
export const FEWEST_ROWS = 16;

/** Switches to the alternate screen, hides the cursor, and turns line wrapping off. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[J';
/** Clears the screen before leaving it: a terminal resized meanwhile may keep some of its lines on the normal screen. */
const LEAVE = '\x1b[H\x1b[J\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Output between these appears at once. Terminals that do not support them ignore them. */
const BEGIN_FRAME = '\x1b[?2026h\x1b[H';
const END_FRAME = '\x1b[?2026l';
/** Written before a line's text: after a line as wide as the screen it would delete the last character. */
const CLEAR_LINE = '\x1b[2K';
/** The same for the last line and whatever is below it. */
const CLEAR_BELOW = '\x1b[J';

/** Whether output goes to a terminal that is large enough for a screen, and not to CI. */
export function hasScreen(
  stream: Pick<ScreenStream, 'isTTY' | 'columns' | 'rows'>,
  environment: NodeJS.ProcessEnv,
): boolean {
  const { CI: ci = '', TERM: terminal } = environment;
  return (
    stream.isTTY === true &&
    (stream.columns ?? 0) >= FEWEST_COLUMNS &&
    (stream.rows ?? 0) >= FEWEST_ROWS &&
    terminal !== 'dumb' &&
    (ci === '' || ci === 'false' || ci === '0')
  );
}

/** The terminal's alternate screen, which leaves no trace. */
export class Terminal {
  readonly #stream: ScreenStream;
  #isEntered = false;

  constructor(stream: ScreenStream) {
    this.#stream = stream;
  }

  get width(): number {
    return this.#stream.columns || FEWEST_COLUMNS;
  }

  get height(): number {
    return this.#stream.rows || FEWEST_ROWS;
  }

  get isEntered(): boolean {
    return this.#isEntered;
  }

  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    this.#stream.write(ENTER);
  }

  /** Draws in one write, so that no frame is half drawn. */
  draw(lines: readonly string[]): void {
    if (!this.#isEntered) return;
    const last = lines.length - 1;
    const text = lines.map((line, at) => (at === last ? CLEAR_BELOW : CLEAR_LINE) + line).join('\r\n');
    this.#stream.write(BEGIN_FRAME + text + END_FRAME);
  }

  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#stream.write(LEAVE);
  }
}
