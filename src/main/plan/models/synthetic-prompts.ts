import { createRandom, type Random } from '../../../metrics/random.ts';
import type { RowCells } from '../../../protocol/request.ts';
import { RowTableBuilder } from '../../../requests/row-table.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';

const MOST_WORDS = 1_000_000;
const MOST_PROMPTS = 10_000;
const PROMPTS_WITHOUT_REQUESTS = 1_000;
/** Every worker keeps all of them in memory. */
const MOST_BYTES = 16 * 2 ** 20;
const BYTES_OF_A_WORD = 6;
/** A random stream far from all others. */
const PROMPT_STREAM = 2 ** 45;

/** Common words that the tokenizers of large models know: with the space before it, each is one token. */
const WORDS =
  'the of and to in is that for it was on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know get through back much before go good new write our me man too any day same right look think also around another came come work three word must because does part even place well such here take why things help put years different away again off went old number great tell men say small every found still between name should home big give air line set own under read last never us left end along while might next sound below saw something thought both few those always looked show large often together asked house world going want school important until form food keep children feet land side without boy once animals life enough took sometimes four head above kind began almost live page got earth need far hand high year mother light country father let night picture being study second book carry took science eat room friend began idea fish mountain stop base hear horse cut sure watch color face wood main open seem simple north rest river sun question city tree cross farm hard start story sea draw late run don press close real few'.split(
    ' ',
  );

/** The number of words in prompts: constant, evenly spread, or around a mean. */
interface Lengths {
  readonly mean: number;
  draw(random: Random): number;
}

/** Options on synthetic prompts. */
export interface Synthetic {
  readonly lengths: Lengths;
  /** Number of words that all prompts begin with. */
  readonly prefix: number;
}

/** How many words all prompts that are made up share; null if a problem has been noted. */
export function parseSharedPrefix(text: string | number | undefined, problems: Problems): number | null {
  return text === undefined ? 0 : problems.count('shared-prefix', text, 1, MOST_WORDS);
}

/** Reads `300`, `100..500` or `300+-60`; null if not given, or if a problem has been noted. */
export function parseSynthetic(
  text: string | number | undefined,
  prefixText: string | number | undefined,
  problems: Problems,
): Synthetic | null {
  const prefix = parseSharedPrefix(prefixText, problems);
  if (text === undefined) {
    if (prefixText !== undefined)
      problems.add(
        phrase`${the('shared-prefix')} ${given(prefixText)} without ${the('synthetic-prompts')} or ${the('trace')}: it is the beginning of the prompts that these make up: add one of them.`,
      );
    return null;
  }
  const lengths = lengthsIn(String(text));
  if (lengths === null)
    problems.add(
      phrase`${the('synthetic-prompts')} ${given(text)}: give the approximate number of tokens of a prompt: 300, a range such as 100..500, or a mean and a spread such as 300+-60; at most ${MOST_WORDS}.`,
    );
  return lengths === null || prefix === null ? null : { lengths, prefix };
}

const FORM = /^\s*([1-9]\d{0,6})\s*(?:(\.\.|\+-|±)\s*(\d{1,7}))?\s*$/;

function lengthsIn(text: string): Lengths | null {
  const [, first = '', how, second] = FORM.exec(text) ?? [];
  const [one, other] = [Number(first), Number(second)];
  if (first === '' || one > MOST_WORDS || other > MOST_WORDS) return null;
  if (how === undefined) return { mean: one, draw: () => one };
  if (how === '..')
    return other < one
      ? null
      : { mean: (one + other) / 2, draw: (random) => one + Math.floor(random() * (other - one + 1)) };
  return { mean: one, draw: (random) => Math.max(1, Math.round(one + other * standardNormal(random))) };
}

/** The method of Box and Muller. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Synthetic prompts as rows with the column `prompt`: each differs from the others from its own first words on.
 *
 * @param requests how many are needed; null if unknown
 */
export function syntheticPrompts(
  { lengths, prefix }: Synthetic,
  requests: number | null,
  seed: number,
): RowCells {
  const random = createRandom(seed, PROMPT_STREAM);
  const fitting = Math.floor(MOST_BYTES / (BYTES_OF_A_WORD * (lengths.mean + prefix)));
  const wanted = Math.min(MOST_PROMPTS, requests ?? PROMPTS_WITHOUT_REQUESTS);
  const count = Math.max(1, Math.min(wanted, fitting));
  const shared = prefix === 0 ? '' : `${randomWords(prefix, random)} `;
  const table = new RowTableBuilder(['prompt'], count);
  for (let prompt = 0; prompt < count; prompt++)
    table.add([shared + randomWords(lengths.draw(random), random)]);
  return table.build();
}

/** Draws the given number of words at random. */
export function randomWords(count: number, random: Random): string {
  const words = Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return words.join(' ');
}
