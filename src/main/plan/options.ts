import type { WrittenIn } from '../../protocol/plan.ts';
import type * as library from './library-options.ts';
import type { ROWS_KEPT, RowsKept } from './rows-kept.ts';

/**
 * Options in the one form that is checked, which is that of the command line: the library's alternatives have been
 * converted to it.
 */
interface Plain {
  readonly headers?: readonly string[] | undefined;
  readonly json?: string | undefined;
  readonly dataUrlencode?: readonly string[] | undefined;
  readonly form?: readonly string[] | undefined;
  readonly expectHeader?: readonly string[] | undefined;
  readonly expectBody?: readonly string[] | undefined;
  readonly expectJson?: readonly string[] | undefined;
}

/** Key for where options were written. A symbol, so that no option can be confused with it. */
export const WRITTEN_IN = Symbol('written in');

/** Key for the names of variables that the command line sets. */
export const SET_FOR_RUN = Symbol('set for the run');

interface PlainOfRun {
  readonly [SET_FOR_RUN]?: readonly string[] | undefined;
  readonly [WRITTEN_IN]?: WrittenIn | undefined;
  readonly [ROWS_KEPT]?: RowsKept | undefined;
  readonly url?: string | undefined;
  readonly mix?: readonly NamedRequestOptions[] | undefined;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly thresholds?: readonly string[] | undefined;
  readonly abortOn?: readonly string[] | undefined;
  readonly resolve?: readonly string[] | undefined;
  readonly connectTo?: readonly string[] | undefined;
  readonly tokenPath?: readonly string[] | undefined;
  readonly usagePath?: readonly string[] | undefined;
  readonly percentiles?: string | readonly string[] | undefined;
}

/** Options of one request. */
export interface RequestOptions extends Omit<library.RequestOptions, keyof Plain | 'url'>, Plain {
  readonly url: string;
}

/** One of several requests of a run. */
export interface NamedRequestOptions extends Omit<library.NamedRequestOptions, keyof Plain | 'url'>, Plain {
  readonly url: string;
  /** The places of its options in a plan file, by long name. */
  readonly places?: ReadonlyMap<string, string> | undefined;
}

/** Options of a run. */
export interface RunOptions
  extends Omit<library.RunOptions, keyof Plain | keyof PlainOfRun>,
    Plain,
    PlainOfRun {}

/** Options of a run on how its connections are made. */
export type ConnectionOptions = Pick<
  RunOptions,
  | 'client'
  | 'insecure'
  | 'cacert'
  | 'cert'
  | 'key'
  | 'sni'
  | 'tlsMin'
  | 'resolve'
  | 'addresses'
  | 'connectTo'
  | 'unixSocket'
  | 'proxy'
  | 'proxyTunnel'
  | 'http2'
  | 'h2c'
>;
