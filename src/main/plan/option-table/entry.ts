/**
 * The kind of an option's value. It decides which types a plan file and the library take for it
 * (option-shapes.ts, agreement.ts); whether the value makes sense is checked when the plan is resolved.
 */
export type Kind =
  | 'text'
  | 'file'
  | 'choice'
  | 'count'
  | 'rate'
  | 'duration'
  | 'version'
  | 'statuses'
  | 'percentiles'
  | 'flag'
  | 'body'
  | 'json'
  | 'redirects'
  | 'list'
  | 'header'
  | 'rule'
  | 'setting';

/** Titles in the help; each group has its own page, under its key here. */
export const GROUPS = {
  own: 'This command',
  target: 'Target',
  load: 'Load',
  request: 'Request',
  expectations: 'Expectations',
  models: 'Model endpoints',
  output: 'Output',
  connection: 'Connection',
  engine: 'Engine',
  cluster: 'Many machines',
} as const;

export type Group = keyof typeof GROUPS;

/** `run` is `volley <url>` and `volley run <plan>`. */
export type CommandName =
  | 'run'
  | 'modes'
  | 'compare'
  | 'sweep'
  | 'batch'
  | 'init'
  | 'demo'
  | 'serve'
  | 'doctor'
  | 'report'
  | 'runs'
  | 'agent'
  | 'agents'
  | 'models'
  | 'completion';

/** The single description of an option. */
export interface OptionEntry {
  readonly kind: Kind;
  readonly group: Group;
  readonly alias?: string;
  /** Placeholder for its value in the help, if it is not that of its kind: `NAME`. */
  readonly value?: string;
  /** The only words allowed. */
  readonly choices?: readonly string[];
  /** One line. */
  readonly help: string;
  /** Its default, as the help shows it. A flag is off by default. */
  readonly byDefault?: string;
  readonly commands: readonly CommandName[];
  /** Differences in single commands. */
  readonly differs?: Readonly<Partial<Record<CommandName, { help?: string; byDefault?: string }>>>;
  /** May be given more than once. */
  readonly isRepeatable?: true;
  /** Its value is never shown in messages. */
  readonly isSecret?: true;
  /** False if it is not allowed in a plan file. */
  readonly inPlan?: false;
  /**
   * Its name in the library if that is not its own in camel case; null if the library does not have it.
   */
  readonly library?: string | null;
  /** `request`: allowed in a single request of a mix. `connection`: sets how connections are made. */
  readonly of?: 'request' | 'connection';
  /** May change when a batch is resumed: it affects how fast rows are answered, not what the answers are. */
  readonly mayChangeOnResume?: true;
}

export type OptionTable = Readonly<Record<string, OptionEntry>>;

/** The default name of an option in the library: `body-file` becomes `bodyFile`. */
export type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
