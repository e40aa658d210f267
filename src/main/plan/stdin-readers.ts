import { STDIN } from '../files/stdin.ts';
import type { RunOptions } from './options.ts';
import type { Problems } from './problems.ts';
import { listed, type OptionWord, phrase, the, type Words } from './words.ts';

const TLS_FILES = ['cacert', 'cert', 'key'] as const;
/** A part of a form that is a file, or the text of one, from stdin. */
const OF_STDIN = /^[^=]*=[@<]-(?:[;,]|$)/;

function isOfStdin(part: unknown): boolean {
  return typeof part === 'string' && OF_STDIN.test(part);
}

/**
 * Notes a problem if several options read stdin, since only one can; returns whether it did.
 *
 * @param others what else reads it
 */
export function refuseTwoReaders(
  options: RunOptions,
  problems: Problems,
  others: readonly OptionWord[] = [],
): boolean {
  const readers = stdinReaders(options, others);
  if (readers.length <= 1) return false;
  problems.add(onlyOne(readers));
  return true;
}

/** What would read stdin, without what a curl command names. */
export function stdinReaders(options: RunOptions, others: readonly OptionWord[]): readonly OptionWord[] {
  const requests = [options, ...(Array.isArray(options.mix) ? options.mix : [])];
  return [
    ...others,
    ...(options.urls === STDIN ? [the('urls')] : []),
    ...(options.curlFile === STDIN ? [the('curl-file')] : []),
    ...(options.har === STDIN ? [the('har')] : []),
    ...(options.rows === STDIN ? [the('rows')] : []),
    ...(options.trace === STDIN ? [the('trace')] : []),
    ...(options.prompts === STDIN ? [the('prompts')] : []),
    ...TLS_FILES.filter((name) => options[name] === STDIN).map((name) => the(name)),
    ...(requests.some(({ form }) => Array.isArray(form) && form.some(isOfStdin)) ? [the('form')] : []),
    ...(requests.some(({ bodyFile }) => bodyFile === STDIN) ? [the('body-file')] : []),
    ...(requests.some(({ json }) => json === `@${STDIN}`) ? [the('json')] : []),
  ];
}

export function onlyOne(readers: readonly OptionWord[]): Words {
  return phrase`${listed(readers, ' and ')}: stdin (-) can be read by one of them only: give files to the others.`;
}

/** A plan read from stdin leaves nothing there for options. */
export function readersOfPlan(path: string | undefined): readonly OptionWord[] {
  return path === STDIN ? [the('plan', 'the plan')] : [];
}
