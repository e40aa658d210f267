import { createRandom } from '../../../metrics/random.ts';
import { parseExactJson, textOfJson } from '../../../requests/exact-json.ts';
import { shown } from '../../../requests/invalid-request.ts';
import { PrefixBlocks } from './prefix-blocks.ts';
import { randomWords } from './synthetic-prompts.ts';
import { type EntryReader, type Fields, plainNumber, type TraceEntry, valueIn } from './trace-entry.ts';

const BYTES_OF_A_WORD = 6;
/** A random stream far from all others. */
const SHARED_STREAM = 2 ** 47;

/** Names of the fields in published traces, in lower case. */
const NAMES = {
  input: ['input_length', 'input_tokens', 'prompt_tokens', 'contexttokens', 'context_tokens'],
  output: ['output_length', 'output_tokens', 'completion_tokens', 'generatedtokens', 'generated_tokens'],
  prompt: ['prompt'],
  blocks: ['hash_ids'],
  url: ['url'],
} as const;

/** Reads traces of model servers, which tell how long prompts and answers were. */
export class PromptsOfTrace implements EntryReader {
  readonly columns = ['prompt', 'max_tokens'];
  readonly example = '{"timestamp":0,"input_length":300,"output_length":50}';
  readonly #blocks = new PrefixBlocks();
  /** What all prompts that are made up begin with. */
  readonly #shared: readonly string[];

  /** @param shared how many words all of them share */
  constructor(shared: number, seed: number) {
    this.#shared = shared === 0 ? [] : randomWords(shared, createRandom(seed, SHARED_STREAM)).split(' ');
  }

  entryIn(fields: Fields): TraceEntry | string {
    const said = valueIn(fields, NAMES.prompt);
    const prompt = typeof said === 'string' ? said : null;
    const input = countIn(valueIn(fields, NAMES.input));
    if (prompt === null && input === null)
      return valueIn(fields, NAMES.url) === undefined
        ? 'has neither input_length nor prompt: give one of them'
        : 'has a url, but neither input_length nor prompt: a trace of whole requests is sent without a preset';
    const output = countIn(valueIn(fields, NAMES.output));
    if (output === null) return 'has no output_length: give how many tokens the answer had';
    const listed = valueIn(fields, NAMES.blocks);
    const ids = idsIn(listed);
    if (ids === null) return `has the hash_ids ${shown(textOfJson(listed))}: give a list such as [1,2]`;
    if (prompt !== null) return { bytes: prompt.length, cells: () => [prompt, String(output)] };
    const tokens = input ?? 0;
    this.#blocks.see(tokens, ids.length);
    const shared = this.#shared.slice(0, tokens);
    return {
      bytes: tokens * BYTES_OF_A_WORD,
      cells: (random) => {
        const own = this.#blocks.prompt(tokens - shared.length, ids, random);
        return [[...shared, ...(own === '' ? [] : [own])].join(' '), String(output)];
      },
    };
  }
}

function countIn(written: unknown): number | null {
  const value = plainNumber(written);
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : null;
}

/** Ids as text, whatever they are; a cell of CSV has them as JSON. Null if it is not a list. */
function idsIn(listed: unknown): readonly string[] | null {
  if (listed === undefined) return [];
  const list = typeof listed === 'string' ? parsed(listed) : listed;
  return Array.isArray(list) ? list.map(textOfJson) : null;
}

function parsed(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}
