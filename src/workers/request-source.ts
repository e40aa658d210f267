import type { Target } from '../protocol/plan.ts';
import type { Numbering, RequestPlan } from '../protocol/request.ts';
import type { Shard } from '../protocol/shard.ts';
import { looksIntoBody } from '../requests/expectation.ts';
import { RequestPicker } from '../requests/request-picker.ts';
import { type RequestTemplate, requestTemplate } from './clients/request-template.ts';

/** A request as it is given to a connection. */
export interface PreparedRequest {
  /** Its place in the plan's mix. */
  readonly index: number;
  readonly plan: RequestPlan;
  /** Where it goes: the plan's target, or the one that a row or a redirect names. */
  readonly target: Target;
  readonly template: RequestTemplate;
  readonly keepsBody: boolean;
  /** Whether somebody asks what the response's fields say. */
  readonly wantsFields: boolean;
}

/** The requests of a worker, one after the other; one without placeholders is made once and used for ever. */
export class RequestSource {
  readonly #numbering: Shard['numbering'];
  readonly #picker: RequestPicker;
  readonly #fixed: readonly (PreparedRequest | null)[];
  /** Where there is only this one. */
  readonly #only: PreparedRequest | null;
  #warmups = 0;
  #windows = 0;

  constructor(shard: Pick<Shard, 'mix' | 'rows' | 'seed' | 'numbering'>) {
    this.#numbering = shard.numbering;
    this.#picker = new RequestPicker(shard);
    this.#fixed = shard.mix.map((plan, index) =>
      plan.templates === null ? prepared(index, plan, plan.target) : null,
    );
    this.#only = this.#fixed.length === 1 ? (this.#fixed[0] ?? null) : null;
  }

  /** The next request of the warm-up or of the window. */
  next(isWindow: boolean): PreparedRequest {
    return this.#only ?? this.#make(this.#takeNumber(isWindow));
  }

  /** Passes over the next request; its place in the mix. */
  skip(isWindow: boolean): number {
    return this.#only === null ? this.#picker.indexOf(this.#takeNumber(isWindow)) : 0;
  }

  #takeNumber(isWindow: boolean): number {
    const { warmup, window } = this.#numbering;
    return isWindow ? numbered(window, this.#windows++) : numbered(warmup, this.#warmups++);
  }

  #make(number: number): PreparedRequest {
    const fixed = this.#fixed[this.#picker.indexOf(number)] ?? null;
    if (fixed !== null) return fixed;
    const { index, plan, target } = this.#picker.pick(number, Date.now());
    return prepared(index, plan, target);
  }
}

function prepared(index: number, plan: RequestPlan, target: Target): PreparedRequest {
  const { expectation, maxRedirects } = plan;
  return {
    index,
    plan,
    target,
    template: requestTemplate(target),
    keepsBody: expectation !== null && looksIntoBody(expectation),
    wantsFields: maxRedirects > 0,
  };
}

function numbered({ first, step }: Numbering, count: number): number {
  return first + step * count;
}
