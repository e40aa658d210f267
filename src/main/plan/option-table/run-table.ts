import { CLUSTER_OPTIONS } from './cluster-options.ts';
import { CONNECTION_OPTIONS } from './connection-options.ts';
import { type CamelCase, camelCase, type OptionEntry } from './entry.ts';
import { LOAD_OPTIONS } from './load-options.ts';
import { MEASURE_OPTIONS, RESULT_OPTIONS } from './measure-options.ts';
import { MODEL_OPTIONS } from './model-options.ts';
import { EXPECTATION_OPTIONS, REQUEST_OPTIONS, SOURCE_OPTIONS } from './request-options.ts';
import { SCENARIO_OPTIONS } from './scenario-options.ts';

/**
 * All options of a run, in the order of the documents. The command line, plan files, batches, comparisons and
 * the check of the library's options all use this table.
 */
export const RUN_TABLE = {
  ...LOAD_OPTIONS,
  ...SCENARIO_OPTIONS,
  ...REQUEST_OPTIONS,
  ...SOURCE_OPTIONS,
  ...EXPECTATION_OPTIONS,
  ...MODEL_OPTIONS,
  ...MEASURE_OPTIONS,
  ...CONNECTION_OPTIONS,
  ...RESULT_OPTIONS,
  ...CLUSTER_OPTIONS,
} as const;

export type RunTable = typeof RUN_TABLE;
export type OptionName = keyof RunTable;

/** The library's name of an option; never if it does not have it. */
export type LibraryName<Name extends OptionName> = {
  [Key in Name]: RunTable[Key] extends { library: infer Own } ? Extract<Own, string> : CamelCase<Key>;
}[Name];

/** Options allowed in a plan file, and those allowed in a single request of its mix. */
export type PlanName = {
  [Name in OptionName]: RunTable[Name] extends { inPlan: false } ? never : Name;
}[OptionName];
export type RequestName = {
  [Name in OptionName]: RunTable[Name] extends { of: 'request' } ? Name : never;
}[OptionName];

/** All options that the library has, with their names there. */
export const LIBRARY_NAMES: ReadonlyMap<OptionName, string> = new Map(
  entries().flatMap(([name, { library = camelCase(name) }]) => (library === null ? [] : [[name, library]])),
);

/** The library's name of an option, including options that are not those of a run. */
export function libraryNameOf(option: string): string {
  return LIBRARY_NAMES.get(option as OptionName) ?? camelCase(option);
}

/** Whether the library has an option of a run. */
export function isInLibrary(option: string): boolean {
  return LIBRARY_NAMES.has(option as OptionName);
}

/** Whether an option is allowed in a plan file: an option of a run, or its URL. */
export function isInPlans(option: string): boolean {
  const table: Readonly<Record<string, OptionEntry>> = RUN_TABLE;
  return option === 'url' || (Object.hasOwn(table, option) && table[option]?.inPlan !== false);
}

/** The names of a run's options with their entries. */
export function entries(): readonly (readonly [OptionName, OptionEntry])[] {
  return Object.entries(RUN_TABLE) as [OptionName, OptionEntry][];
}

/** The names of a run's options whose entries meet a condition. */
export function namesWhere(holds: (entry: OptionEntry) => boolean): OptionName[] {
  return entries().flatMap(([name, entry]) => (holds(entry) ? [name] : []));
}
