import type { RunPlan } from '../../protocol/plan.ts';
import type { Placeholder, RequestPlan } from '../../protocol/request.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';

const SHOWN_CHARACTERS = 16;
const OWN_USER_AGENT = /\bvolley\/\d[\w.+-]*/g;
/** The column of prompts, which may be made up anew for each run. */
const PROMPTS = 'prompt';
const BOUNDARY = /;\s*boundary="?([^";]+)/i;

/**
 * Tells whether two plans send alike requests, which results do not show: headers, bodies, what is expected, redirects.
 * Left out are where they go, which the result tells, volley's version, and secrets: with another token it is the same plan.
 */
export function requestsDigest({ mix, rows, supplies, stream = null, scenarios }: RunPlan): string {
  // Loaded here only: a start needs none of it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hide = hiding(supplies.secrets);
  const rowCount = rows === null ? null : (supplies.rows?.rowCount ?? 0);
  const users = scenarios?.pools.map(({ load, parts }) => [load, parts]) ?? null;
  const parts = [
    mix.map((request) => partsOf(request, hide)),
    rows,
    rowCount,
    stream,
    scenarios?.file,
    users,
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts));
  const { rows: cells } = supplies;
  if (cells !== null && (stream === null || !cells.columns.includes(PROMPTS)))
    hash
      .update(JSON.stringify([cells.columns, [...cells.ends.subarray(0, cells.rowCount)]]))
      .update(cells.text);
  return hash.digest('hex').slice(0, SHOWN_CHARACTERS);
}

function partsOf(request: RequestPlan, hide: Hide): unknown {
  const { endpoint: _endpoint, name: _name, weight: _weight, digest, message, templates, ...rest } = request;
  const { method, headers, body, asksToClose } = message;
  const type = headers.find((_, at) => /^content-type$/i.test(headers[at - 1] ?? '')) ?? '';
  const [, boundary = ''] = BOUNDARY.exec(type) ?? [];
  // Made up for each form.
  const plain = (text: string): string =>
    hide(boundary === '' ? text : text.replaceAll(boundary, '')).replace(OWN_USER_AGENT, '');
  return [
    ...[method, headers.map(plain)],
    body === null ? null : plain(latin1(body)),
    ...(templates === null
      ? []
      : [plain(JSON.stringify([templates.headers, templates.body?.map(withoutBytes)]))]),
    ...[asksToClose, digest !== null, rest],
  ];
}

function withoutBytes(part: Uint8Array | Placeholder): string | Placeholder {
  return part instanceof Uint8Array ? latin1(part) : part;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
