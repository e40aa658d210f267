import type { BodyTemplate, Placeholder } from '../../../protocol/request.ts';
import { isJsonBody } from '../../../requests/invalid-request.ts';

const TEXT = Buffer.from('x');
const NUMBER = Buffer.from('1');

/** Whether a value may turn a body into something else than JSON: none can that is escaped and stands in quotes. */
export function mayBreakJson(body: BodyTemplate): boolean {
  const isRaw = body.some((part) => !(part instanceof Uint8Array) && part.encoding !== 'json');
  return (
    isRaw ||
    !isJsonBody(Buffer.concat(body.map((part) => (part instanceof Uint8Array ? part : sample(part)))))
  );
}

function sample({ source }: Placeholder): Uint8Array {
  const isNumber = source.type === 'number' || (source.type === 'now' && source.unit !== 'iso');
  return isNumber ? NUMBER : TEXT;
}
