import { lineWidth } from './fitted-line.ts';

/** The part of a stream that a live line needs. */
export interface LiveStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\x1b[K';

/** One line of a terminal that renews itself; elsewhere each is a line of its own. */
export class LiveLine {
  readonly #stream: LiveStream;
  #shown = 0;

  constructor(stream: LiveStream) {
    this.#stream = stream;
  }

  get isRenewed(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Characters that there is room for. */
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

  /** Makes room for something else. */
  clear(): void {
    if (this.isRenewed && this.#shown > 0) this.#stream.write(this.#clearing());
    this.#shown = 0;
  }

  /** A terminal that has become narrower since has wrapped the line: then several are cleared. */
  #clearing(): string {
    const above = Math.ceil(Math.max(1, this.#shown) / (lineWidth(this.#stream) + 1)) - 1;
    return above > 0 ? `\r\x1b[${above}A\x1b[J` : CLEAR_LINE;
  }
}
