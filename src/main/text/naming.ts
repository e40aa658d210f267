/** How the reader of a sentence writes options: the command line, plan files, modules and the library differ. */
export interface Naming {
  /** As in `--timeout` or `timeout`. */
  readonly option: (name: string) => string;
  /** The same with its letter on the command line: `-c` or `concurrency`. */
  readonly short: (name: string, letter: string) => string;
  /** With a value: `--warmup 1s`, `warmup: 1s` or `warmup: '1s'`. */
  readonly setting: (name: string, value: string) => string;
  /** Whether the reader can write the option at all; advice leaves out what they could not follow. */
  readonly has: (name: string) => boolean;
}

/** The same for a run over agents: workers are an option of each agent's own command. */
export function overAgents(naming: Naming): Naming {
  return {
    ...naming,
    short: (name, letter) => (name === 'workers' ? 'volley agent -w' : naming.short(name, letter)),
  };
}

export const COMMAND_LINE: Naming = {
  option: (name) => `--${name}`,
  short: (_name, letter) => `-${letter}`,
  setting: (name, value) => `--${name} ${value}`,
  has: () => true,
};
