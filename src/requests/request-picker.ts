import { createRandom } from '../metrics/random.ts';
import type { RequestPlan, RowCells, RowsPlan } from '../protocol/request.ts';
import type { Target } from '../protocol/target.ts';
import { Dealer, rowOf } from './dealing.ts';
import { type Filling, renderBytes, renderText } from './render.ts';

/** What a run says of its requests. */
export interface RequestsOfRun {
  readonly mix: readonly RequestPlan[];
  readonly rows: RowsPlan | null;
  readonly seed: number;
}

/** A request that has been filled in. */
export interface PickedRequest {
  /** Its place in the mix. */
  readonly index: number;
  readonly plan: RequestPlan;
  readonly target: Target;
}

/** Far from the streams of workers and rows. */
const PLACEHOLDER_STREAMS = 2 ** 40;
const MOST_ORIGINS = 1_000;

/** Knows the request of every number: what it says follows from number, rows and seed, and from the time. */
export class RequestPicker {
  readonly #run: RequestsOfRun;
  readonly #dealer: Dealer;
  readonly #origins = new Map<string, Target>();

  constructor(run: RequestsOfRun) {
    this.#run = run;
    this.#dealer = new Dealer(run.mix.map(({ weight }) => weight));
  }

  /** The place in the mix of the request of a number, from 0. */
  indexOf(number: number): number {
    return this.#dealer.deal(number).request;
  }

  /** The request of a number, from 0; `dayMs` is the time since 1970. */
  pick(number: number, dayMs: number): PickedRequest {
    const { mix, rows, seed } = this.#run;
    const { request: index, occurrence } = this.#dealer.deal(number);
    const plan = mix[index];
    if (plan === undefined) throw new Error(`there is no request ${index}`);
    if (plan.templates === null) return { index, plan, target: plan.target };
    const turn = rows?.mode === 'once' ? number : occurrence;
    const filling = {
      number: number + 1,
      rows: rows?.cells ?? null,
      row: rows === null ? 0 : rowOf(rows.mode, seed, turn, rows.cells.rowCount),
      random: createRandom(seed, PLACEHOLDER_STREAMS + number),
      dayMs,
    };
    return { index, plan, target: this.#fill(plan, filling) };
  }

  /** The same of a row of which somebody else keeps count, for the first request of the mix. */
  pickRow(number: number, rows: RowCells, row: number, dayMs: number): PickedRequest {
    const { mix, seed } = this.#run;
    const [plan] = mix;
    if (plan === undefined) throw new Error('there is no request');
    const random = createRandom(seed, PLACEHOLDER_STREAMS + number);
    return { index: 0, plan, target: this.#fill(plan, { number: number + 1, rows, row, random, dayMs }) };
  }

  #fill({ templates, target }: RequestPlan, filling: Filling): Target {
    const { url = null, path = null, headers = null, body = null } = templates ?? {};
    return {
      ...(url === null ? target : this.#targetOf(target, renderText(url, filling))),
      ...(path === null ? {} : { path: renderText(path, filling) }),
      ...(headers === null ? {} : { headers: headers.map((template) => renderText(template, filling)) }),
      ...(body === null ? {} : { body: renderBytes(body, filling) }),
    };
  }

  #targetOf(base: Target, text: string): Target {
    const url = new URL(text);
    const path = url.pathname + url.search;
    const known = this.#origins.get(url.origin);
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
