import { LOWEST_FAILURE } from '../../protocol/report.ts';
import { textOfBody, Unreadable } from '../../requests/body-text.ts';
import type { ReadBytes } from '../connections/read-bytes.ts';
import type { SaysOfBody } from './answer-sink.ts';
import { KeptBody } from './kept-body.ts';

/** Far beyond what is shown, so that no secret is cut there before it is found and removed. */
const MOST_KEPT_BYTES = 16_384;

/** The body of an answer; of one whose status is a failure, its beginning also where bodies are not kept: it says why. */
export class ExplainedBody extends KeptBody {
  #keepsBody = false;
  #isFailure = false;
  #says: SaysOfBody | null = null;

  override expect(keepsBody: boolean): boolean {
    this.#keepsBody = keepsBody;
    this.#isFailure = false;
    return true;
  }

  override begin(status: number, { contentType, contentEncoding }: SaysOfBody): void {
    this.#isFailure = status >= LOWEST_FAILURE;
    this.#says = { contentType, contentEncoding };
  }

  override add(bytes: ReadBytes, from: number, to: number): void {
    if (this.#keepsBody) super.add(bytes, from, to);
    else if (this.#isFailure) super.add(bytes, from, Math.min(to, from + MOST_KEPT_BYTES - this.body.length));
  }

  override get complaint(): string | null {
    if (!this.#isFailure || this.#says === null) return null;
    const body = this.body.slice(0, MOST_KEPT_BYTES);
    try {
      return textOfBody({ ...this.#says, body, bodyBytes: body.length });
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  }
}
