import { z } from 'zod';
import type { Kind } from './option-table/entry.ts';
import {
  namesWhere,
  type PlanName,
  type RequestName,
  RUN_TABLE,
  type RunTable,
} from './option-table/run-table.ts';

/** Advice for a field of the wrong type; for a missing one zod has its own message. */
export function giving(advice: string): { error: z.core.$ZodErrorMap } {
  return {
    // An unknown field is reported by its name.
    error: ({ input, code }) =>
      input === undefined || code === 'unrecognized_keys' ? undefined : `give ${advice}`,
  };
}

export const text = z.string(giving('text, in quotes where it looks like something else'));
const quantity = z.union([z.string(), z.number()], giving('a number or text'));
const flag = z.boolean(giving('true or false'));
const list = z.union([z.string(), z.array(z.string(giving('text')))], giving('text, or a list of texts'));
export const headers = z.union(
  [
    z.string(),
    z.array(z.string(giving("a text such as 'Name: value'"))),
    z.record(z.string(), z.union([z.string(), z.number()], giving('text or a number'))),
  ],
  giving("a map of names and values, or a list of 'Name: value'"),
);
const jsonText = z.union(
  [z.string(), z.number(), z.record(z.string(), z.unknown()), z.array(z.unknown())],
  giving('a map, a list, or JSON as text'),
);

/** What YAML may contain for an option of each kind; a setting is an entry of `variables`. */
const FIELD_OF = {
  text,
  file: text,
  choice: text,
  body: text,
  count: quantity,
  rate: quantity,
  duration: quantity,
  version: quantity,
  statuses: quantity,
  percentiles: quantity,
  flag,
  json: jsonText,
  redirects: z.union([z.number(), z.boolean()], giving('a number, or true')),
  list,
  rule: list,
  header: headers,
} as const satisfies Readonly<Record<Exclude<Kind, 'setting'>, z.ZodType>>;

type Fields<Name extends PlanName> = {
  [Key in Name]: z.ZodOptional<(typeof FIELD_OF)[RunTable[Key]['kind']]>;
};

function fieldsOf<Name extends PlanName>(names: readonly Name[]): Fields<Name> {
  const fields = names.map((name) => {
    const { kind, help } = RUN_TABLE[name];
    return [name, FIELD_OF[kind].describe(help).optional()];
  });
  return Object.fromEntries(fields) as Fields<Name>;
}

/** One of the requests of a plan. */
export const MIX_ENTRY = z.strictObject(
  {
    name: text.min(1, 'give a name'),
    weight: quantity.optional(),
    url: text.min(1, 'give a URL'),
    ...fieldsOf(namesWhere(({ of }) => of === 'request') as RequestName[]),
  },
  giving('a request: a map with name and url'),
);

const jsonPaths = list.describe('JSON paths');

/** A preset of the plan's own; its fields are described in docs/models.md. */
export const PRESET_ENTRY = z.strictObject(
  {
    like: text.optional(),
    title: text.optional(),
    path: text.optional(),
    body: z.record(z.string(), z.unknown(), giving('a map')).optional(),
    header: headers.optional(),
    'key-header': text.optional(),
    'models-path': text.optional(),
    'models-at': text.optional(),
    stream: text.optional(),
    'token-path': jsonPaths.optional(),
    'reasoning-path': jsonPaths.optional(),
    'usage-path': jsonPaths.optional(),
    'end-mark': text.optional(),
    'end-path': jsonPaths.optional(),
  },
  giving('a map of path, body, token-path and others'),
);

/** A plan file: every option by its long name, and what options cannot express. */
export const PLAN = z.strictObject(
  {
    $schema: text.optional(),
    variables: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean()], giving('text, a number, true or false')),
        giving('a map of names and values'),
      )
      .optional(),
    presets: z
      .record(z.string(), PRESET_ENTRY, giving('a map of names and presets'))
      .describe('Presets of your own')
      .optional(),
    mix: z.array(MIX_ENTRY, giving('a list of requests')).min(1, 'give at least one request').optional(),
    url: text.optional(),
    ...fieldsOf(namesWhere(({ inPlan }) => inPlan !== false) as PlanName[]),
  },
  giving('a map of options, such as url and rate'),
);

/** The value of one option in a plan. */
export type PlanEntry = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;
