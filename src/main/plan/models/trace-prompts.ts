import { createRandom, type Random } from '../../../metrics/random.ts';
import { randomWords } from './synthetic-prompts.ts';
import { type EntryReader, type Fields, plainNumber, type TraceEntry, valueIn } from './trace-entry.ts';

const BYTES_OF_A_WORD = 6;
/** Size of the block that an entry of `hash_ids` identifies: requests that share entries begin with the same text. */
const TOKENS_OF_A_BLOCK = 512;
const BLOCK_SEED = 1;
const BLOCK_STREAM = 2 ** 46;

/** Names of the fields in published traces, in lower case. */
const NAMES = {
  input: ['input_length', 'input_tokens', 'prompt_tokens', 'contexttokens', 'context_tokens'],
  output: ['output_length', 'output_tokens', 'completion_tokens', 'generatedtokens', 'generated_tokens'],
  prompt: ['prompt'],
  blocks: ['hash_ids'],
  url: ['url'],
} as const;

/** Traces of model servers, which tell how long prompts and answers were. */
export const PROMPTS_OF_TRACE: EntryReader = { columns: ['prompt', 'max_tokens'], entryIn };

function entryIn(fields: Fields): TraceEntry | string {
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
  const blocks = Array.isArray(listed) ? listed.filter((id): id is number => Number.isSafeInteger(id)) : [];
  return {
    bytes: prompt?.length ?? (input ?? 0) * BYTES_OF_A_WORD,
    cells: (random) => [prompt ?? madeUp(input ?? 0, blocks, random), String(output)],
  };
}

function countIn(written: unknown): number | null {
  const value = plainNumber(written);
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : null;
}

/** A prompt of a length, in which blocks with the same number have the same text. */
function madeUp(tokens: number, blocks: readonly number[], random: Random): string {
  const parts: string[] = [];
  let left = tokens;
  for (const block of blocks) {
    if (left <= 0) break;
    parts.push(
      randomWords(Math.min(left, TOKENS_OF_A_BLOCK), createRandom(BLOCK_SEED, BLOCK_STREAM + block)),
    );
    left -= TOKENS_OF_A_BLOCK;
  }
  if (left > 0) parts.push(randomWords(left, random));
  return parts.join(' ');
}
