import { createRandom } from '../metrics/random.ts';
import type { RequestPlan, RowCells, RowsPlan } from '../protocol/request.ts';
import type { Target } from '../protocol/target.ts';
import { Dealer, rowOf } from './dealing.ts';
import { authorityIn, type Place, placeOf, writtenPathOf } from './place.ts';
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
/** Reading a URL costs more than all else that is done to fill in a request. */
const MOST_PLACES = 1_000;

/** Knows the request of every number: what it says follows from number, rows and seed, and from the time. */
export class RequestPicker {
  readonly #run: RequestsOfRun;
  readonly #dealer: Dealer;
  /** By what a URL says before its path. */
  readonly #places = new Map<string, Place>();

  constructor(run: RequestsOfRun) {
    this.#run = run;
    this.#dealer = new Dealer(run.mix.map(({ weight }) => weight));
  }

  /** The place in the mix of the request of a number, from 0. */
  indexOf(number: number): number {
    return this.#dealer.deal(number).request;
  }

  /** For each request of the mix the first number that stands for it. */
  firstNumbers(): number[] {
    const numbers: number[] = [];
    let found = 0;
    for (let number = 0; found < this.#run.mix.length; number++) {
      const index = this.indexOf(number);
      if (numbers[index] !== undefined) continue;
      numbers[index] = number;
      found++;
    }
    return numbers;
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
      ...(url === null ? target : this.#targetOf(target, renderText(url, filling).trim())),
      ...(path === null ? {} : { path: renderText(path, filling) }),
      ...(headers === null ? {} : { headers: headers.map((template) => renderText(template, filling)) }),
      ...(body === null ? {} : { body: renderBytes(body, filling) }),
    };
  }

  /** What a URL that is known only now changes in its request: all else is the request's own. */
  #targetOf(base: Target, text: string): Target {
    const authority = authorityIn(text);
    return {
      ...base,
      ...this.#placeOf(authority),
      addresses: [],
      path: writtenPathOf(text, authority.length),
    };
  }

  #placeOf(authority: string): Place {
    const known = this.#places.get(authority);
    if (known !== undefined) return known;
    const place = placeOf(new URL(authority));
    if (this.#places.size < MOST_PLACES) this.#places.set(authority, place);
    return place;
  }
}
