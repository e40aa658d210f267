import type { ConnectionSettings } from '../../../protocol/endpoint.ts';
import type { Message } from '../../../protocol/message.ts';
import type { Placeholder, RequestTemplates, RowCells, Template } from '../../../protocol/request.ts';
import {
  checkHeaders,
  checkJsonBody,
  checkMethod,
  checkPath,
  InvalidRequest,
} from '../../../requests/invalid-request.ts';
import { authorityIn, checkProtocol, openPlaceOf } from '../../../requests/place.ts';
import { type Filling, renderBytes, renderText } from '../../../requests/render.ts';
import { formatCount } from '../../text/format.ts';
import type { Problems } from '../problems.ts';

const MOST_REPORTED = 10;
const LOWEST = (): number => 0;
const HIGHEST = (): number => 1 - Number.EPSILON;

/**
 * Fills in whatever may be invalid for every row, with the lowest and the highest random numbers, so that a bad row is
 * found before anything is sent.
 *
 * @param target the request's target, before it is filled in
 */
export function checkRows(
  name: string,
  templates: RequestTemplates,
  target: Pick<Message & ConnectionSettings, 'headers' | 'protocol'>,
  rows: RowCells | null,
  problems: Problems,
): void {
  const open = openParts(templates, target);
  const parts = [open.url, open.method, open.path].filter((part) => part !== null);
  const all: readonly Template[] = [...parts, ...open.headers];
  const usesRow = [...all, ...(open.json === null ? [] : [open.json])].some((template) =>
    template.some((part) => isOf(part, 'column')),
  );
  const randoms = all.some((template) => template.some((part) => isOf(part, 'random')))
    ? [LOWEST, HIGHEST]
    : [LOWEST];
  const count = usesRow ? (rows?.rowCount ?? 1) : 1;
  let bad = 0;
  for (let row = 0; row < count; row++) {
    for (const random of randoms) {
      const problem = problemOf(open, { number: 1, rows, row, random, dayMs: 0 });
      if (problem === null) continue;
      if (bad++ < MOST_REPORTED)
        problems.add(`${rows === null ? '' : `Row ${row + 1}, `}${name}: ${problem}.`);
      break;
    }
  }
  if (bad > MOST_REPORTED)
    problems.add(`${name}: the same is true of ${formatCount(bad - MOST_REPORTED)} more rows.`);
}

/** The parts that a value can make invalid; null or empty if none can. */
interface OpenParts {
  readonly protocol: ConnectionSettings['protocol'];
  readonly hasAuthorization: boolean;
  readonly url: Template | null;
  readonly method: Template | null;
  readonly path: Template | null;
  /** Flat: name, value, name, value. */
  readonly headers: readonly Template[];
  readonly json: RequestTemplates['body'];
}

function openParts(
  { url, method, path, headers, body, mayBreakJson }: RequestTemplates,
  target: Pick<Message & ConnectionSettings, 'headers' | 'protocol'>,
): OpenParts {
  return {
    url,
    method,
    protocol: target.protocol,
    hasAuthorization: target.headers.some(
      (text, at) => at % 2 === 0 && text.toLowerCase() === 'authorization',
    ),
    // Encoded values are always valid in a path.
    path: path?.some((part) => typeof part !== 'string' && part.encoding === 'raw') === true ? path : null,
    headers: headers ?? [],
    json: mayBreakJson ? body : null,
  };
}

function problemOf(
  { url, method, path, headers, json, hasAuthorization, protocol }: OpenParts,
  filling: Filling,
): string | null {
  try {
    const fields = headers.map((template) => renderText(template, filling));
    checkHeaders(fields);
    if (method !== null) checkMethod(renderText(method, filling));
    if (path !== null) checkPath(renderText(path, filling));
    const place = url === null ? null : openPlaceOf(authorityIn(renderText(url, filling).trim()));
    if (place !== null) checkProtocol(place.place, protocol);
    if (place !== null && place.authorization !== null && hasAuthorization)
      return 'a request has one authorization: take the user name out of the URL, or leave the other out';
    if (json !== null) checkJsonBody(renderBytes(json, filling));
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return error.message;
  }
  return null;
}

function isOf(part: string | Uint8Array | Placeholder, type: Placeholder['source']['type']): boolean {
  return typeof part === 'object' && 'source' in part && part.source.type === type;
}
