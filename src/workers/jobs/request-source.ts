import type { Numbering, RowCells } from '../../protocol/request.ts';
import type { Shard } from '../../protocol/shard.ts';
import { looksIntoBody, looksIntoFields } from '../../requests/expectation.ts';
import { checkHeaders, checkPath } from '../../requests/invalid-request.ts';
import { fixedRequest, type PickedRequest, RequestPicker } from '../../requests/request-picker.ts';
import { requestTemplate } from '../clients/dispatcher.ts';
import { type ChooseSink, keepBody } from '../exchange/body-sink.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';

/** What a job wants of answers, beyond what its requests' own expectations need. */
export interface AnswerNeeds {
  /** Who takes bodies; null where a body is kept only for an expectation that looks into it. */
  readonly sink: ChooseSink | null;
  readonly fields: boolean;
}

const NOTHING_MORE: AnswerNeeds = { sink: null, fields: false };

/** The requests of a worker, one after the other; one without placeholders is made once and used for ever. */
export class RequestSource {
  readonly #numbering: Shard['numbering'];
  readonly #needs: AnswerNeeds;
  /** Answers are read by their content type. */
  readonly #isStreamed: boolean;
  readonly #picker: RequestPicker;
  readonly #fixed: readonly (PreparedRequest | null)[];
  /** Where there is only this one. */
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
    // A server may keep what it knows of a prompt: those of the warm-up are not the first that are measured.
    const isFromEnd = this.#isStreamed && !isWindow;
    return this.#only ?? this.#make(this.#takeNumber(isWindow), isFromEnd);
  }

  /** The first of each request of the mix. */
  firstOfEach(): PreparedRequest[] {
    return this.#picker.firstNumbers().map((number) => this.#make(number));
  }

  /** Passes over the next request; its place in the mix. */
  skip(isWindow: boolean): number {
    return this.#only === null ? this.#picker.indexOf(this.#takeNumber(isWindow)) : 0;
  }

  /**
   * The request of a row of which somebody else keeps count; `number` is from 1.
   *
   * @throws InvalidRequest where the row makes no request that can be sent
   */
  ofRow(number: number, rows: RowCells, row: number): PreparedRequest {
    if (this.#only !== null) return this.#only;
    const picked = this.#picker.pickRow(number - 1, rows, row, Date.now());
    if (picked.refusal !== null) throw picked.refusal;
    checkPath(picked.message.path);
    checkHeaders(picked.message.headers);
    return this.#prepared(picked);
  }

  #takeNumber(isWindow: boolean): number {
    const { warmup, window } = this.#numbering;
    return isWindow ? numbered(window, this.#windows++) : numbered(warmup, this.#warmups++);
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
      sink: this.#needs.sink ?? (looksIn ? keepBody : null),
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

function numbered({ first, step }: Numbering, count: number): number {
  return first + step * count;
}
