import type { FlowCapture, StreamPart } from '../../../protocol/flow.ts';
import { RequestError } from '../../../protocol/scenario-errors.ts';
import type { Response, StreamedAnswer, VU } from '../../../protocol/test-definition.ts';
import { boundedMatch } from '../../../requests/bounded.ts';
import { valuesAt } from '../../../requests/exact-values.ts';
import { pageOf } from '../../../requests/html-selection.ts';
import { jsonQuery } from '../../../requests/json-path.ts';
import type { Walk } from './walk.ts';

/** Takes a value from an answer. */
export type Capture = (answer: Response, walk: Walk, vu: VU, request: string) => void;

const PARTS: Readonly<Record<StreamPart, (stream: StreamedAnswer) => string | number | null>> = {
  text: ({ text }) => text,
  tokens: ({ tokens }) => tokens,
  events: ({ events }) => events,
  'first-token': ({ timings }) => timings.firstToken,
  'per-token': ({ timings }) => timings.perToken,
  'last-token': ({ timings }) => timings.lastToken,
};

/** @param file name of the plan file; errors show it with the place, as in `shop.yaml:12:9` */
export function captureMaker({ name, from, all, otherwise, at }: FlowCapture, file: string): Capture {
  const find = finder(from, all);
  const what = whatOf(from);
  return (answer, walk, vu, request) => {
    const found = find(answer, vu);
    const value = all ? found : found[0];
    if (found.length > 0) walk.values[name] = value;
    else if (otherwise !== null) walk.values[name] = otherwise.value;
    else
      throw new RequestError(
        'expectation',
        'CAPTURE',
        `${request}: nothing to capture as ${name} (${file}:${at}): ${what} found nothing in the answer with status ${answer.status}`,
        answer,
      );
  };
}

function whatOf(from: FlowCapture['from']): string {
  if (from.type === 'status') return 'status';
  const attribute = from.type === 'css' && from.attribute !== null ? `, attribute ${from.attribute}` : '';
  return `${from.type} ${from.of}${attribute}`;
}

function finder(from: FlowCapture['from'], all: boolean): (answer: Response, vu: VU) => readonly unknown[] {
  switch (from.type) {
    case 'json': {
      const query = jsonQuery(from.of);
      return (answer) => (isJson(answer) ? valuesAt(answer, query) : []);
    }
    case 'header':
      return (answer) => given(answer.header(from.of));
    case 'cookie':
      return (_answer, vu) => given(vu.cookies.get(from.of));
    case 'stream': {
      const part = PARTS[from.of];
      return ({ stream }) => {
        const value = stream === null ? null : part(stream);
        return value === null ? [] : [value];
      };
    }
    case 'status':
      return ({ status }) => [status];
    case 'css':
      return (answer) => pageOf(answer).find(from.of, from.attribute);
    case 'regex': {
      const pattern = new RegExp(from.of, from.flags.replace('g', '') + (all ? 'g' : ''));
      return (answer) => {
        const text = answer.text();
        const matches = boundedMatch(pattern, text, () =>
          all ? [...text.matchAll(pattern)] : [pattern.exec(text)],
        );
        return matches.flatMap((match) => (match === null ? [] : [match[1] ?? match[0]]));
      };
    }
  }
}

function isJson(answer: Response): boolean {
  try {
    answer.json();
    return true;
  } catch {
    return false;
  }
}

function given(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}
