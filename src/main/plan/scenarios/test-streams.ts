import type { StreamOptions, TestDefinition } from '../../../protocol/test-definition.ts';
import type { RunOptions } from '../options.ts';
import { Fields } from './fields.ts';

type Field = keyof StreamOptions;

/** A test's settings for streams, which have the names of a run's options. */
const FIELDS: Readonly<Record<Field, 'text' | 'texts' | 'duration'>> = {
  preset: 'text',
  stream: 'text',
  tokenPath: 'texts',
  usagePath: 'texts',
  tokens: 'text',
  stallTimeout: 'duration',
  slo: 'text',
  sloTarget: 'text',
};

/**
 * How a test reads streams of tokens, as options of a run; their values are checked with those.
 *
 * @param problems collects what is wrong, one sentence each
 */
export function streamOptionsOf({ streams }: TestDefinition, problems: string[]): Partial<RunOptions> {
  if (streams === undefined) return {};
  const fields = new Fields('streams', streams, Object.keys(FIELDS), problems);
  const said = (Object.keys(FIELDS) as Field[])
    .filter((field) => fields.has(field))
    .map((field) => [field, saidIn(fields, field)]);
  const options: Partial<RunOptions> = Object.fromEntries(said);
  return options.preset === undefined && options.stream === undefined
    ? { ...options, stream: 'auto' }
    : options;
}

function saidIn(fields: Fields, field: Field): string | string[] | undefined {
  const value = fields.value(field);
  const isText = (one: unknown): one is string => typeof one === 'string';
  switch (FIELDS[field]) {
    case 'text':
      if (isText(value)) return value;
      fields.problem(field, 'give text');
      return undefined;
    case 'texts':
      if (isText(value)) return [value];
      if (Array.isArray(value) && value.every(isText)) return value;
      fields.problem(field, 'give text, or a list of texts');
      return undefined;
    case 'duration':
      return `${fields.duration(field, 1)}ms`;
  }
}
