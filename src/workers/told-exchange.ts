import type { OnceExchange } from '../protocol/once.ts';
import type { ErrorTally } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import { bytesIn, readableBody } from '../requests/body-text.ts';
import { shownHead } from '../requests/request-head.ts';
import type { Exchange } from './exchange/exchange.ts';
import { streamedAnswerOf } from './exchange/streamed-answer.ts';

/** What bytes that came unasked say of an answer. */
export function doubtOn(answer: string): string {
  return `the target sent bytes that no request had asked for, so ${answer} may be cut, or that of another request`;
}

/**
 * The outcome of a request, in the form shown to users.
 *
 * @param endMs NaN if its answer never ended
 */
export function toldOf(
  exchange: Exchange,
  endMs: number,
  failure: ErrorTally | null,
  { settings, stream }: Pick<Shard, 'settings' | 'stream'>,
): OnceExchange {
  const { request, status, body, bodyBytes, sentMs, firstByteMs } = exchange;
  if (request === null) throw new Error('nothing was sent');
  const { endpoint, message } = request;
  const origin = endpoint?.origin ?? '';
  return {
    method: message.method,
    url: origin + message.path,
    requestHead: shownHead(message, endpoint, settings),
    requestBody: message.body,
    response:
      status === 0
        ? null
        : {
            status,
            fields: pairsIn(exchange.fields),
            body: bytesIn(body),
            readable: readableBody(exchange),
            bodyBytes,
            firstByteMs: firstByteMs - sentMs,
            serviceMs: endMs - sentMs,
            stream: stream === null ? null : streamedAnswerOf(exchange, endMs, stream.count),
          },
    failure: failure === null ? null : sentenceOf(failure),
    ...(failure?.advice === undefined ? {} : { advice: failure.advice }),
  };
}

function sentenceOf({ kind, code, example }: ErrorTally): string {
  if (kind === 'expectation') return example;
  if (kind === 'status') return `status ${code}`;
  return kind === 'timeout' ? `timeout: ${example}` : `${kind} (${code}): ${example}`;
}

/** Alternating names and values, or, with HTTP/2, the entries of an object. */
function pairsIn(raw: unknown): (readonly [string, string])[] {
  if (!Array.isArray(raw)) {
    return Object.entries(raw ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one) => [name, textOf(one)] as const),
    );
  }
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[textOf(name), textOf(raw[index + 1])] as const] : [],
  );
}

/** One character per byte, whichever client read it. */
function textOf(raw: unknown): string {
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('latin1') : String(raw);
}
