import { createRandom } from '../metrics/random.ts';
import type { ConnectionSettings, Endpoint } from '../protocol/endpoint.ts';
import type { Message } from '../protocol/message.ts';
import type { RequestPlan, RowCells, RowsMode } from '../protocol/request.ts';
import { Dealer, rowOf } from './dealing.ts';
import { InvalidRequest } from './invalid-request.ts';
import { authorityIn, checkProtocol, type OpenPlace, openPlaceOf, writtenPathOf } from './place.ts';
import { type Filling, renderBytes, renderText } from './render.ts';

/** The parts of a run that define its requests. */
interface RequestsOfRun {
  readonly settings: Pick<ConnectionSettings, 'protocol'>;
  readonly mix: readonly RequestPlan[];
  readonly rows: RowsMode | null;
  readonly seed: number;
}

/** A filled-in request. */
export interface PickedRequest {
  /** Its index in the mix. */
  readonly index: number;
  readonly plan: RequestPlan;
  /** Null if the request cannot be sent. */
  readonly endpoint: Endpoint | null;
  /** The plan's message if the request cannot be sent. */
  readonly message: Message;
  /** Why it cannot be sent; null if it can. */
  readonly refusal: InvalidRequest | null;
}

/** First stream number, far from those of workers and rows. */
const PLACEHOLDER_STREAMS = 2 ** 40;
/** Size of the cache of places: parsing a URL costs more than everything else in filling in a request. */
const MOST_PLACES = 1_000;

/** Makes the request of any number: its content depends only on the number, the rows, the seed and the time. */
export class RequestPicker {
  readonly #run: RequestsOfRun;
  readonly #cells: RowCells | null;
  readonly #dealer: Dealer;
  /** Keyed by the part of a URL before its path. */
  readonly #places = new Map<string, OpenPlace>();

  /** @param cells the rows for filling in requests */
  constructor(run: RequestsOfRun, cells: RowCells | null) {
    this.#run = run;
    this.#cells = cells;
    this.#dealer = new Dealer(run.mix.map(({ weight }) => weight));
  }

  /** The index in the mix for the request of a number, from 0. */
  indexOf(number: number): number {
    return this.#dealer.deal(number).request;
  }

  /** For each request of the mix, its first number. */
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

  /**
   * The request of a number, from 0; `dayMs` is the time since 1970.
   *
   * @param isFromEnd counts rows backwards from the last one
   */
  pick(number: number, dayMs: number, isFromEnd = false): PickedRequest {
    const { mix, rows: mode, seed } = this.#run;
    const rows = this.#cells;
    const { request: index, occurrence } = this.#dealer.deal(number);
    const plan = mix[index];
    if (plan === undefined) throw new Error(`there is no request ${index}`);
    if (plan.templates === null) return fixedRequest(index, plan);
    const turn = mode === 'once' ? number : occurrence;
    const row = rows === null || mode === null ? 0 : rowOf(mode, seed, turn, rows.rowCount);
    const filling = {
      number: number + 1,
      rows,
      row: isFromEnd && rows !== null ? rows.rowCount - 1 - row : row,
      random: createRandom(seed, PLACEHOLDER_STREAMS + number),
      dayMs,
    };
    return this.#picked(index, plan, filling);
  }

  /** The same for the first request of the mix, with a row given by the caller. */
  pickRow(number: number, rows: RowCells, row: number, dayMs: number): PickedRequest {
    const { mix, seed } = this.#run;
    const [plan] = mix;
    if (plan === undefined) throw new Error('there is no request');
    const random = createRandom(seed, PLACEHOLDER_STREAMS + number);
    return this.#picked(0, plan, { number: number + 1, rows, row, random, dayMs });
  }

  #picked(index: number, plan: RequestPlan, filling: Filling): PickedRequest {
    try {
      return { index, plan, ...this.#fill(plan, filling), refusal: null };
    } catch (error) {
      if (!(error instanceof InvalidRequest)) throw error;
      return { index, plan, endpoint: null, message: plan.message, refusal: error };
    }
  }

  /** @throws InvalidRequest */
  #fill(
    { templates, endpoint, message }: RequestPlan,
    filling: Filling,
  ): Pick<PickedRequest, 'endpoint' | 'message'> {
    const { url = null, method = null, path = null, headers = null, body = null } = templates ?? {};
    const filled = {
      ...message,
      ...(method === null ? {} : { method: renderText(method, filling) }),
      ...(path === null ? {} : { path: renderText(path, filling) }),
      ...(headers === null ? {} : { headers: headers.map((template) => renderText(template, filling)) }),
      ...(body === null ? {} : { body: renderBytes(body, filling) }),
    };
    return url === null ? { endpoint, message: filled } : this.#at(filled, renderText(url, filling).trim());
  }

  /** Applies a URL that is known only now to a request, and leaves the rest unchanged. */
  #at(message: Message, url: string): Pick<PickedRequest, 'endpoint' | 'message'> {
    const authority = authorityIn(url);
    const { place, authorization } = this.#placeOf(authority);
    checkProtocol(place, this.#run.settings.protocol);
    const { headers } = message;
    return {
      endpoint: { ...place, addresses: [] },
      message: {
        ...message,
        path: writtenPathOf(url, authority.length),
        headers: authorization === null ? headers : withAuthorization(headers, authorization),
      },
    };
  }

  #placeOf(authority: string): OpenPlace {
    const known = this.#places.get(authority);
    if (known !== undefined) return known;
    const place = openPlaceOf(authority);
    if (this.#places.size < MOST_PLACES) this.#places.set(authority, place);
    return place;
  }
}

/** A request without placeholders. */
export function fixedRequest(index: number, plan: RequestPlan): PickedRequest {
  return { index, plan, endpoint: plan.endpoint, message: plan.message, refusal: null };
}

function withAuthorization(headers: readonly string[], authorization: string): readonly string[] {
  if (headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization'))
    throw new InvalidRequest(
      'CREDENTIALS',
      'it has a user name in its URL and another authorization: give one of them',
    );
  return ['authorization', authorization, ...headers];
}
