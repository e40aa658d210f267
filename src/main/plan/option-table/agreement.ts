import type { RequestOptions, RunOptions } from '../options.ts';
import type { Kind } from './entry.ts';
import type { LibraryName, OptionName, RequestName, RunTable } from './run-table.ts';

/** Options of a request that only the library has. */
export type OnlyInLibrary =
  | 'url'
  | 'pathAsIs'
  | 'requestTarget'
  | 'withoutHeaders'
  | 'methodOnRedirect'
  | 'headersOfBody'
  | 'curlRedirects'
  | 'digest';

/** The type that the library takes for each kind of option; a choice is narrowed to its words. */
interface ValueOf extends Record<Kind, unknown> {
  text: string;
  file: string;
  choice: string;
  duration: number | string;
  version: string;
  json: string;
  body: string | Uint8Array;
  count: number | string;
  rate: number | string;
  statuses: number | string;
  percentiles: string | readonly string[];
  flag: boolean;
  redirects: number | string | boolean;
  list: readonly string[];
  rule: readonly string[];
  header: readonly string[];
}

type Library<Name extends OptionName> = LibraryName<Name>;
type Misfit<Name extends OptionName> =
  Library<Name> extends keyof RunOptions
    ? RunOptions[Library<Name>] extends ValueOf[RunTable[Name]['kind']] | undefined
      ? never
      : Name
    : never;

type Unlike<A, B> = Exclude<A, B> | Exclude<B, A>;
type None<Wrong extends never> = Wrong;

/**
 * Makes the compiler check that the table and the library's types agree. An option that is in only one of them, or
 * whose type does not fit its kind, causes an error here that names it.
 */
export type Agreement = [
  None<
    Unlike<
      Extract<keyof RunOptions, string>,
      OnlyInLibrary | 'mix' | 'variables' | 'presets' | Library<OptionName>
    >
  >,
  None<Unlike<keyof RequestOptions, OnlyInLibrary | Library<RequestName>>>,
  None<{ [Name in OptionName]: Misfit<Name> }[OptionName]>,
];
