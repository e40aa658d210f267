import type { Random } from '../../metrics/random.ts';
import { type BatchPlan, type RowAnswer, STREAM_COLUMNS } from '../../protocol/batch.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { WorkerChannel } from '../../protocol/messages.ts';
import type { RowCells } from '../../protocol/request.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { StreamPlan } from '../../protocol/stream.ts';
import { MICROS_PER_MS } from '../../protocol/units.ts';
import { bytesIn, LARGEST_KEPT_BYTES } from '../../requests/body-text.ts';
import type { Filling } from '../../requests/render.ts';
import { visible } from '../../requests/visible.ts';
import { saidBy } from '../exchange/answer-verdict.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { PreparedRequest } from '../exchange/prepared-request.ts';
import type { RequestSecrets } from '../exchange/request-secrets.ts';
import { AnswerBox } from './answer-box.ts';
import type { AnswerRoom } from './answer-room.ts';
import type { Job, JobHost } from './job.ts';
import { type AnswerNeeds, RequestSource } from './request-source.ts';
import { isWorthRetrying, retryPauseMs } from './retry.ts';
import { Selector, saveBody } from './row-values.ts';
import { streamValuesOf } from './stream-values.ts';

const SURPLUS =
  'protocol: the target sent more than this answer, which may be cut, or the answer to another row';

/** A row that this worker holds. */
export interface HeldRow {
  readonly number: number;
  readonly cells: RowCells;
  /** Its index in `cells`. */
  readonly place: number;
  attempts: number;
}

/** Starts rows, and is called when they end. */
export interface RowStarter {
  readonly isStopped: boolean;
  /** A row must start again after a pause. */
  again(row: HeldRow, pauseMs: number): void;
  /** The connection held for a row is free. */
  release(exchange: Exchange): void;
  /** A row has its final answer. */
  answered(values: RowAnswer['values']): void;
}

/** One request per row: sends it, extracts values from its answer, and reports to the coordinator. */
export class RowJob implements Job {
  readonly #plan: BatchPlan;
  readonly #host: JobHost;
  readonly #requests: RequestSource;
  readonly #channel: WorkerChannel;
  readonly #random: Random;
  readonly #secrets: RequestSecrets;
  readonly #answers: AnswerBox;
  readonly #selector: Selector;
  /** Null unless answers are streams. */
  readonly #stream: StreamPlan | null;
  /** What a row gets that has no answer. */
  readonly #nothing: readonly null[];
  readonly #starter: RowStarter;
  /** Whether bytes beyond an answer are reported only once its end has been handled. */
  readonly #isToldLater: boolean;
  readonly #underWay = new Map<Exchange, HeldRow>();
  #saving = 0;

  constructor(
    shard: Shard,
    plan: BatchPlan,
    host: JobHost,
    starter: RowStarter,
    room: AnswerRoom,
    { channel, random, secrets }: RowJobParts,
  ) {
    this.#plan = plan;
    this.#host = host;
    this.#starter = starter;
    this.#isToldLater = shard.client === 'undici' && shard.settings.protocol === 'http/1.1';
    this.#stream = shard.stream;
    this.#requests = new RequestSource(shard, null, needsOf(plan, shard.stream !== null));
    this.#channel = channel;
    this.#random = random;
    this.#secrets = secrets;
    this.#answers = new AnswerBox(channel, room);
    this.#selector = new Selector(plan.select);
    const ofStreams = shard.stream === null ? [] : STREAM_COLUMNS.map(() => null);
    this.#nothing = [...ofStreams, ...this.#selector.nothing];
  }

  get isDone(): boolean {
    return this.#saving === 0;
  }

  /** Rows waiting for their answer or for the disk. */
  get underWay(): number {
    return this.#underWay.size + this.#saving;
  }

  /** Sends a row's request; false if the row makes no valid request, which is then its result. */
  start(exchange: Exchange, row: HeldRow, nowMs: number): boolean {
    let request: PreparedRequest;
    try {
      request = this.#requests.ofRow(row.number, row.cells, row.place);
    } catch (error) {
      this.#answer(row, 0, null, `request: ${messageOf(error)}`);
      return false;
    }
    row.attempts++;
    this.#underWay.set(exchange, row);
    this.#host.send(exchange, request, nowMs, nowMs, nowMs);
    return true;
  }

  /** Reports a row's outcome, or retries it; its connection is held while the body is saved. */
  keeps(exchange: Exchange, endMs: number): boolean {
    const row = this.#underWay.get(exchange);
    this.#underWay.delete(exchange);
    if (row === undefined || exchange.endedByUs === 'unfinished') return false;
    const { failure, status, sentMs } = exchange;
    const latencyMs = Number.isNaN(sentMs) ? null : endMs - sentMs;
    if (failure === null) {
      if (this.#plan.saveBody !== null || this.#isToldLater) {
        this.#hold(exchange, row, latencyMs, endMs);
        return true;
      }
      this.#accept(exchange, row, latencyMs, endMs, surplusIn(exchange));
      return false;
    }
    const isRetryable = row.attempts <= this.#plan.retries && isWorthRetrying(failure, status);
    if (!isRetryable) {
      const said = saidBy(exchange.sink, this.#secrets.of(exchange.request));
      const error =
        failure.kind === 'status'
          ? `status ${status}${visible(said)}`
          : `${failure.kind}: ${failure.example}`;
      this.#answer(row, status, latencyMs, error);
    } else if (!this.#starter.isStopped) {
      this.#starter.again(row, retryPauseMs(row.attempts, exchange.retryAfter, this.#random, Date.now()));
    }
    return false;
  }

  /** Sends the remaining answers. */
  close(): void {
    this.#answers.flush();
  }

  #answer(
    row: HeldRow,
    status: number,
    latencyMs: number | null,
    error: string,
    values: RowAnswer['values'] = this.#nothing,
  ): void {
    this.#starter.answered(values);
    this.#answers.add({
      row: row.number,
      status,
      latencyMs: latencyMs === null ? null : Math.round(latencyMs * MICROS_PER_MS) / MICROS_PER_MS,
      attempts: row.attempts,
      error: error === '' ? error : this.#secrets.hide(error),
      values,
    });
  }

  /** What is wanted of a good answer: of a stream its text is looked into, not what it came in. */
  #valuesOf(exchange: Exchange, endMs: number): { error: string; values: RowAnswer['values'] } {
    const hide = this.#secrets.of(exchange.request);
    if (this.#stream === null) return this.#selector.valuesIn(exchange, hide);
    const ofStream = streamValuesOf(exchange, endMs, this.#stream.count);
    const { error, values } = this.#selector.valuesInText(exchange.sink.tokens?.text ?? '', hide);
    return { error, values: [...ofStream, ...values] };
  }

  /** @param error why the answer is not good after all; empty if it is */
  #accept(exchange: Exchange, row: HeldRow, latencyMs: number | null, endMs: number, error: string): void {
    if (error === SURPLUS) {
      this.#answer(row, exchange.status, latencyMs, error);
      return;
    }
    const selected = this.#valuesOf(exchange, endMs);
    this.#answer(row, exchange.status, latencyMs, error || selected.error, selected.values);
  }

  /** The connection waits until it is known what came with the answer, and for the disk so that bodies do not pile up in memory. */
  #hold(exchange: Exchange, row: HeldRow, latencyMs: number | null, endMs: number): void {
    this.#saving++;
    this.#saved(exchange, row)
      .then((error) => this.#accept(exchange, row, latencyMs, endMs, error))
      .catch((error: unknown) => {
        this.#channel.post({ type: 'not-saved', message: messageOf(error) });
      })
      .finally(() => {
        this.#saving--;
        exchange.releaseBody();
        this.#starter.release(exchange);
        this.#host.finishIfIdle();
      });
  }

  /** Empty, or why this row's body cannot be saved. */
  async #saved(exchange: Exchange, row: HeldRow): Promise<string> {
    const { saveBody: place } = this.#plan;
    // undici reads an answer to its end before it looks at what follows.
    if (this.#isToldLater) await null;
    const surplus = surplusIn(exchange);
    if (surplus !== '' || place === null) return surplus;
    const { body, bodyBytes } = exchange;
    if (bodyBytes > LARGEST_KEPT_BYTES) return `save: a body of ${bodyBytes} bytes is too long to be kept`;
    const filling: Filling = {
      number: row.number,
      rows: row.cells,
      row: row.place,
      random: this.#random,
      dayMs: Date.now(),
    };
    return saveBody(place, filling, bytesIn(body));
  }
}

/** The dependencies of a row job. */
export interface RowJobParts {
  readonly channel: WorkerChannel;
  readonly random: Random;
  readonly secrets: RequestSecrets;
}

/** Not empty if an answer came with more bytes than it has: HTTP/1.1 numbers nothing, so it may be that of another request. */
function surplusIn({ client }: Exchange): string {
  return client.connection.isMistrusted ? SURPLUS : '';
}

/** Header fields say how a body is encoded, also that of a failure, and when to retry. */
function needsOf({ select, saveBody: place }: BatchPlan, isStreamed: boolean): AnswerNeeds {
  return {
    body: (select.length > 0 && !isStreamed) || place !== null,
    fields: true,
  };
}
