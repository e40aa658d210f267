import type { RunOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { placeholderNames } from '../requests/placeholders.ts';
import { given, phrase, the, type Words } from '../words.ts';

const PROMPT = 'prompt';
const PLACEHOLDER = /\{\{\s*(?:raw\s+)?prompt\s*\}\}/g;

/** What to say of rows that have nothing to ask a model. */
export function noPromptColumn(preset: string, columns: readonly string[]): Words {
  return phrase`${the('preset')} ${given(preset)}: the rows have no column prompt: say with ${the('prompt')} what is asked, as in ${the('prompt')} 'Sum up: {{${columns[0] ?? 'text'}}}'.`;
}

/**
 * The same options; if a preset asks rows for a column that they do not have, a problem is noted, and the column is no
 * longer asked for, so that it is not told again as a placeholder.
 *
 * @param columns of the rows that were read; null without any
 */
export function withoutLackingPrompt(
  options: RunOptions,
  columns: readonly string[] | null,
  problems: Problems,
): RunOptions {
  const { preset, json, variables } = options;
  if (preset === undefined || json === undefined || columns === null) return options;
  const isKnown = columns.includes(PROMPT) || Object.hasOwn(variables ?? {}, PROMPT);
  if (isKnown || !placeholderNames(json).includes(PROMPT)) return options;
  problems.add(noPromptColumn(preset, columns));
  return { ...options, json: json.replace(PLACEHOLDER, '') };
}
