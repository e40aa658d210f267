/**
 * What the value of an option is. The kind decides which types a plan file and the library take for it
 * (option-kinds.ts); whether the value makes sense is the gate's to say.
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

/** Titles in the help, where each group has a page of its own under its name here. */
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

/** How an option is described: once, whoever needs it. */
export interface OptionEntry {
  readonly kind: Kind;
  readonly group: Group;
  readonly alias?: string;
  /** What stands for its value in the help, where that is not what its kind has: `NAME`. */
  readonly value?: string;
  /** The words that it takes, where it takes no others. */
  readonly choices?: readonly string[];
  /** One line. */
  readonly help: string;
  /** What holds where the option is not given, as the help says it. A flag is off. */
  readonly byDefault?: string;
  readonly commands: readonly CommandName[];
  /** Where a command means something else by it. */
  readonly differs?: Readonly<Partial<Record<CommandName, { help?: string; byDefault?: string }>>>;
  /** May be given more than once. */
  readonly isRepeatable?: true;
  /** Its value appears in no message. */
  readonly isSecret?: true;
  /** False where a plan file cannot have it. */
  readonly inPlan?: false;
  /**
   * Its name in the library where that is not its own in camel case; null where the library does not have it.
   */
  readonly library?: string | null;
  /** `request`: may stand in one request of a mix. `connection`: says how connections are made. */
  readonly of?: 'request' | 'connection';
  /** A batch may go on with another value: it changes how fast rows are answered, not what the answers are. */
  readonly mayChangeOnResume?: true;
}

export type OptionTable = Readonly<Record<string, OptionEntry>>;

/** The name of an option in the library where its entry says nothing else: `body-file` is `bodyFile`. */
export type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
