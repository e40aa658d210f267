import { createRandom } from '../metrics/random.ts';
import type { Target } from '../protocol/plan.ts';
import type { Numbering, RequestPlan } from '../protocol/request.ts';
import type { Shard } from '../protocol/shard.ts';
import { Dealer, rowOf } from '../requests/dealing.ts';
import { looksIntoBody } from '../requests/expectation.ts';
import { type Filling, renderBytes, renderText } from '../requests/render.ts';
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

/** Far from the streams of workers and rows. */
const PLACEHOLDER_STREAMS = 2 ** 40;
const MOST_ORIGINS = 1_000;

/**
 * The requests of a worker, one after the other. What a request is follows from its number alone, so that it
 * is the same in every mode; one without placeholders is made once and used for ever.
 */
export class RequestSource {
  readonly #shard: Shard;
  readonly #dealer: Dealer;
  readonly #fixed: readonly (PreparedRequest | null)[];
  /** Where there is only this one. */
  readonly #only: PreparedRequest | null;
  readonly #origins = new Map<string, Target>();
  #warmups = 0;
  #windows = 0;

  constructor(shard: Shard) {
    this.#shard = shard;
    this.#dealer = new Dealer(shard.mix.map(({ weight }) => weight));
    this.#fixed = shard.mix.map((plan, index) =>
      plan.templates === null ? prepared(index, plan, plan.target, requestTemplate(plan.target)) : null,
    );
    this.#only = this.#fixed.length === 1 ? (this.#fixed[0] ?? null) : null;
  }

  /** The next request of the warm-up or of the window. */
  next(isWindow: boolean): PreparedRequest {
    return this.#only ?? this.#make(this.#takeNumber(isWindow));
  }

  /** Passes over the next request; its place in the mix. */
  skip(isWindow: boolean): number {
    return this.#only === null ? this.#dealer.deal(this.#takeNumber(isWindow)).request : 0;
  }

  #takeNumber(isWindow: boolean): number {
    const { warmup, window } = this.#shard.numbering;
    return isWindow ? numbered(window, this.#windows++) : numbered(warmup, this.#warmups++);
  }

  #make(number: number): PreparedRequest {
    const { mix, rows, seed } = this.#shard;
    const { request: index, occurrence } = this.#dealer.deal(number);
    const fixed = this.#fixed[index];
    if (fixed !== null && fixed !== undefined) return fixed;
    const plan = mix[index];
    if (plan === undefined) throw new Error(`there is no request ${index}`);
    return this.#fill(index, plan, {
      number: number + 1,
      rows: rows?.cells ?? null,
      row:
        rows === null
          ? 0
          : rowOf(rows.mode, seed, rows.mode === 'once' ? number : occurrence, rows.cells.rowCount),
      random: createRandom(seed, PLACEHOLDER_STREAMS + number),
      dayMs: Date.now(),
    });
  }

  #fill(index: number, plan: RequestPlan, filling: Filling): PreparedRequest {
    const { templates, target } = plan;
    const url = templates?.url ?? null;
    const place = url === null ? target : this.#targetOf(target, renderText(url, filling));
    const path = templates?.path ?? null;
    const headers = templates?.headers ?? null;
    const body = templates?.body ?? null;
    const filled: Target = {
      ...place,
      ...(path === null ? {} : { path: renderText(path, filling) }),
      ...(headers === null ? {} : { headers: headers.map((template) => renderText(template, filling)) }),
      ...(body === null ? {} : { body: renderBytes(body, filling) }),
    };
    return prepared(index, plan, place, requestTemplate(filled));
  }

  #targetOf(base: Target, text: string): Target {
    const url = new URL(text);
    const known = this.#origins.get(url.origin);
    const path = url.pathname + url.search;
    if (known !== undefined) return { ...known, path };
    const target = { ...base, ...placeOf(url), addresses: [] };
    if (this.#origins.size < MOST_ORIGINS) this.#origins.set(url.origin, target);
    return { ...target, path };
  }
}

/** Where a URL leads. */
export function placeOf(url: URL): Pick<Target, 'origin' | 'hostname' | 'port' | 'secure'> {
  const secure = url.protocol === 'https:';
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
  };
}

function prepared(
  index: number,
  plan: RequestPlan,
  target: Target,
  template: RequestTemplate,
): PreparedRequest {
  const { expectation, maxRedirects } = plan;
  return {
    index,
    plan,
    target,
    template,
    keepsBody: expectation !== null && looksIntoBody(expectation),
    wantsFields: maxRedirects > 0,
  };
}

function numbered({ first, step }: Numbering, count: number): number {
  return first + step * count;
}
