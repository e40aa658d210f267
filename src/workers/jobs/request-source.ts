import type { RowCells } from '../../protocol/request.ts';
import type { Shard } from '../../protocol/shard.ts';
import { looksIntoBody, looksIntoFields } from '../../requests/expectation.ts';
import { checkHeaders, checkJsonBody, checkMethod, checkPath } from '../../requests/invalid-request.ts';
import { numberOf } from '../../requests/numbering.ts';
import { fixedRequest, type PickedRequest, RequestPicker } from '../../requests/request-picker.ts';
import { requestTemplate } from '../clients/dispatcher.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';

/** What a job needs of answers beyond its requests' expectations. */
export interface AnswerNeeds {
  /** Bodies; else they are kept only for expectations. */
  readonly body: boolean;
  readonly fields: boolean;
}

const NOTHING_MORE: AnswerNeeds = { body: false, fields: false };

/** A worker's successive requests; one without placeholders is made once and reused. */
export class RequestSource {
  readonly #numbering: Shard['numbering'];
  readonly #needs: AnswerNeeds;
  /** Answers are interpreted by content type. */
  readonly #isStreamed: boolean;
  readonly #picker: RequestPicker;
  readonly #fixed: readonly (PreparedRequest | null)[];
  /** If there is only this one. */
  readonly #only: PreparedRequest | null;
  #warmups = 0;
  #windows = 0;

  constructor(
    shard: Pick<Shard, 'settings' | 'mix' | 'rows' | 'seed' | 'numbering' | 'stream'>,
    cells: RowCells | null,
    needs: AnswerNeeds = NOTHING_MORE,
  ) {
    this.#needs = needs;
    this.#isStreamed = shard.stream !== null;
    this.#numbering = shard.numbering;
    this.#picker = new RequestPicker(shard, cells);
    this.#fixed = shard.mix.map((plan, index) =>
      plan.templates === null ? this.#prepared(fixedRequest(index, plan)) : null,
    );
    this.#only = this.#fixed.length === 1 ? (this.#fixed[0] ?? null) : null;
  }

  /** The next request of the warm-up or of the window. */
  next(isWindow: boolean): PreparedRequest {
    // A server may cache prompts: those of the warm-up must not be the first to be measured.
    const isFromEnd = this.#isStreamed && !isWindow;
    return this.#only ?? this.#make(this.#takeNumber(isWindow), isFromEnd);
  }

  /** The first instance of each request of the mix. */
  firstOfEach(): PreparedRequest[] {
    return this.#picker.firstNumbers().map((number) => this.#make(number));
  }

  /** Skips the next request; returns its index in the mix. */
  skip(isWindow: boolean): number {
    return this.#only === null ? this.#picker.indexOf(this.#takeNumber(isWindow)) : 0;
  }

  /**
   * The request of a row that the caller counts; `number` is from 1.
   *
   * @throws InvalidRequest if the row makes no valid request
   */
  ofRow(number: number, rows: RowCells, row: number): PreparedRequest {
    if (this.#only !== null) return this.#only;
    const picked = this.#picker.pickRow(number - 1, rows, row, Date.now());
    if (picked.refusal !== null) throw picked.refusal;
    checkMethod(picked.message.method);
    checkPath(picked.message.path);
    checkHeaders(picked.message.headers);
    const { body } = picked.message;
    if (picked.plan.templates?.mayBreakJson === true && body !== null) checkJsonBody(body);
    return this.#prepared(picked);
  }

  #takeNumber(isWindow: boolean): number {
    const { warmup, window } = this.#numbering;
    return isWindow ? numberOf(window, this.#windows++) : numberOf(warmup, this.#warmups++);
  }

  #make(number: number, isFromEnd = false): PreparedRequest {
    const fixed = this.#fixed[this.#picker.indexOf(number)] ?? null;
    if (fixed !== null) return fixed;
    return this.#prepared(this.#picker.pick(number, Date.now(), isFromEnd));
  }

  #prepared({ index, plan, endpoint, message, refusal }: PickedRequest): PreparedRequest {
    const { expectation, maxRedirects, digest } = plan;
    const looksIn = expectation !== null && looksIntoBody(expectation);
    return {
      index,
      plan,
      endpoint,
      message,
      firstHeaders: message.headers,
      template: requestTemplate(endpoint?.origin ?? '', message),
      keepsBody: this.#needs.body || looksIn,
      wantsFields:
        (expectation !== null && looksIntoFields(expectation)) ||
        maxRedirects > 0 ||
        digest !== null ||
        this.#needs.fields ||
        this.#isStreamed,
      refusal,
    };
  }
}
