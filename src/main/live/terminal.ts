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

/** The other screen, without cursor, and lines that are too long are cut there. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[J';
/** What is on it goes first: a terminal that was resized meanwhile may keep lines of it among those that were. */
const LEAVE = '\x1b[H\x1b[J\x1b[?7h\x1b[?25h\x1b[?1049l';
/** What comes between these is shown at once. Terminals that do not know them pass over them. */
const BEGIN_FRAME = '\x1b[?2026h\x1b[H';
const END_FRAME = '\x1b[J\x1b[?2026l';
/** Before its text: behind a line that is as wide as the screen it would take the last letter. */
const CLEAR_LINE = '\x1b[2K';

/** Whether somebody is there to look at a screen, and there is room for one. */
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

/** The terminal's other screen, which leaves nothing behind when it is left. */
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

  /** One write, so that nothing is seen half drawn. */
  draw(lines: readonly string[]): void {
    if (!this.#isEntered) return;
    const text = lines.map((line) => CLEAR_LINE + line).join('\r\n');
    this.#stream.write(BEGIN_FRAME + text + END_FRAME);
  }

  leave(): void {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#stream.write(LEAVE);
  }
}
