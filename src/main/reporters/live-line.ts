import { lineWidth } from './fitted-line.ts';

/** The part of a stream that a live line needs. */
export interface LiveStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\x1b[K';

/** A line that is redrawn in place on a terminal; on other streams each update is its own line. */
export class LiveLine {
  readonly #stream: LiveStream;
  #shown = 0;

  constructor(stream: LiveStream) {
    this.#stream = stream;
  }

  get isRenewed(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Width of the line in characters. */
  get width(): number {
    return this.isRenewed ? lineWidth(this.#stream) : Number.POSITIVE_INFINITY;
  }

  show(line: string): void {
    if (!this.isRenewed) {
      this.#stream.write(`${line}\n`);
      return;
    }
    this.#stream.write(this.#clearing() + line);
    this.#shown = line.length;
  }

  /** Removes the line before other output. */
  clear(): void {
    if (this.isRenewed && this.#shown > 0) this.#stream.write(this.#clearing());
    this.#shown = 0;
  }

  /** If the terminal has become narrower, the line has wrapped: then several lines are cleared. */
  #clearing(): string {
    const above = Math.ceil(Math.max(1, this.#shown) / (lineWidth(this.#stream) + 1)) - 1;
    return above > 0 ? `\r\x1b[${above}A\x1b[J` : CLEAR_LINE;
  }
}
