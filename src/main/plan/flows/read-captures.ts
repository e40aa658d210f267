import { messageOf } from '../../../protocol/errors.ts';
import { type FlowCapture, STREAM_PARTS } from '../../../protocol/flow.ts';
import { checkSelector } from '../../../requests/html-selection.ts';
import { parseJsonPath } from '../../../requests/json-path.ts';
import { choiceAdvice, nearestTo } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import { CAPTURE_KINDS, type CaptureKind } from './flow-schema.ts';
import type { Fields, Keys, StepReading } from './step-reading.ts';

const WRITTEN = /^(\S+)(?:\s+(.+))?$/s;
const SLASHES = /^\/(.+)\/([imsuv]*)$/s;
const GOOD_NAME = /^[A-Za-z_][\w-]*$/;
const HOW =
  "write it as 'json PATH', 'css SELECTOR', 'header NAME', 'cookie NAME', 'regex PATTERN', 'stream PART' or 'status'";

/** Reads the captures of a request; reports a problem for each that cannot be read. */
export function readCaptures(captures: Fields, keys: Keys, reader: StepReading): FlowCapture[] {
  return Object.entries(captures).flatMap(([name, written]) => {
    const at = [...keys, name];
    if (!GOOD_NAME.test(name))
      reader.problem(at, `${quoted(name)}: a variable has a name of letters, digits, - and _.`);
    if (reader.names.isOfAnswers(name)) {
      reader.problem(
        at,
        `${quoted(name)}: expressions have this name for the last answer's ${name}: give the variable another one.`,
      );
      reader.names.use(name);
    }
    const found = partsOf(written, at, reader);
    if (found === null) return [];
    const { all = false, attribute = null } = written as {
      readonly all?: boolean;
      readonly attribute?: string;
    };
    const from = fromOf(found, attribute, at, reader);
    if (from === null) return [];
    const hasDefault = typeof written === 'object' && written !== null && 'default' in written;
    const otherwise = hasDefault ? { value: written.default ?? null } : null;
    return [{ name, from, all: typeof written === 'string' ? false : all, otherwise, at: reader.at(at) }];
  });
}

function partsOf(
  written: unknown,
  at: Keys,
  reader: StepReading,
): { readonly kind: CaptureKind; readonly of: string } | null {
  if (typeof written === 'string') {
    const [, word = '', of = ''] = WRITTEN.exec(written.trim()) ?? [];
    const kind = CAPTURE_KINDS.find((one) => one === word);
    if (kind !== undefined && (kind === 'status') === (of === '')) return { kind, of };
    const meant = kind === undefined ? nearestTo(word, CAPTURE_KINDS) : null;
    reader.problem(
      at,
      `the capture ${quoted(written)}: ${HOW}${meant === null ? '' : `; did you mean ${meant}?`}`,
    );
    return null;
  }
  const fields = written as Fields;
  const kinds = CAPTURE_KINDS.filter((one) => fields[one] !== undefined);
  const [kind, another] = kinds;
  if (kind !== undefined && another === undefined) return { kind, of: String(fields[kind]) };
  reader.problem(
    at,
    `a capture takes one of ${CAPTURE_KINDS.join(', ')}: ${HOW}, or as a map with one of these names.`,
  );
  return null;
}

function fromOf(
  { kind, of }: { readonly kind: CaptureKind; readonly of: string },
  attribute: string | null,
  at: Keys,
  reader: StepReading,
): FlowCapture['from'] | null {
  if (attribute !== null && kind !== 'css')
    reader.problem([...at, 'attribute'], `attribute ${quoted(attribute)}: only css captures have one.`);
  switch (kind) {
    case 'status':
      return { type: 'status' };
    case 'json':
      try {
        parseJsonPath(of);
        return { type: 'json', of };
      } catch (error) {
        reader.problem(at, `the path ${quoted(of)} cannot be read: ${messageOf(error)}.`);
        return null;
      }
    case 'css':
      try {
        checkSelector(of);
        return { type: 'css', of, attribute };
      } catch (error) {
        reader.problem(at, `${messageOf(error)}.`);
        return null;
      }
    case 'regex': {
      const [, source = of, flags = ''] = SLASHES.exec(of) ?? [];
      try {
        new RegExp(source, flags);
        return { type: 'regex', of: source, flags };
      } catch (error) {
        reader.problem(at, `the pattern ${quoted(of)} cannot be read: ${messageOf(error)}.`);
        return null;
      }
    }
    case 'stream': {
      const part = STREAM_PARTS.find((one) => one === of);
      if (part !== undefined) return { type: 'stream', of: part };
      reader.problem(at, `stream ${quoted(of)}: ${choiceAdvice(of, STREAM_PARTS)}`);
      return null;
    }
    default:
      return { type: kind, of };
  }
}
