/** What can go wrong in the middle of an answer of the mock model. */
const MODEL_FAULTS = ['none', 'error', 'fin', 'rst', 'stall'] as const;
type ModelFault = (typeof MODEL_FAULTS)[number];

const USAGES = ['asked', 'always', 'never', 'refused'] as const;

/** How the mock model answers. */
export interface ModelSettings {
  /** From when an answer has a slot until its first token. */
  readonly firstTokenMs: number;
  /** From one token event to the next. */
  readonly gapMs: number;
  /** Tokens of an answer; null: as many as the request allows, or 16. */
  readonly tokens: number | null;
  /** Tokens that one event brings. */
  readonly tokensPerEvent: number;
  /** Events that one write brings. */
  readonly eventsPerWrite: number;
  /** How many of the tokens, from the first on, are reasoning. */
  readonly reasoning: number;
  /** Answers at once; others wait in line. */
  readonly slots: number;
  /**
   * The server says how many tokens it has made; `asked` is only where the request asks for it, and `refused` answers 400
   * to who asks.
   */
  readonly usage: (typeof USAGES)[number];
  readonly fault: ModelFault;
  /** Token events before the fault. */
  readonly faultAfter: number;
}

export const DEFAULT_MODEL: ModelSettings = {
  firstTokenMs: 150,
  gapMs: 20,
  tokens: null,
  tokensPerEvent: 1,
  eventsPerWrite: 1,
  reasoning: 0,
  slots: Number.POSITIVE_INFINITY,
  usage: 'asked',
  fault: 'none',
  faultAfter: 3,
};

const MOST = 1_000_000;
const NUMBERS = {
  ttft: 'firstTokenMs',
  gap: 'gapMs',
  tokens: 'tokens',
  'tokens-per-event': 'tokensPerEvent',
  'events-per-write': 'eventsPerWrite',
  reasoning: 'reasoning',
  'fault-after': 'faultAfter',
} as const satisfies Record<string, keyof ModelSettings>;

/**
 * Settings as a request's query changes them: `?ttft=100&gap=10&tokens=20&fault=rst`.
 *
 * @returns what is wrong with the query, in a sentence, where something is
 */
export function settingsIn(query: URLSearchParams, settings: ModelSettings): ModelSettings | string {
  const changed: Record<string, unknown> = {};
  for (const [name, value] of query) {
    if (name === 'fault') {
      if (!MODEL_FAULTS.some((fault) => fault === value))
        return `fault=${value}: choose one of ${MODEL_FAULTS.join(', ')}`;
      changed['fault'] = value;
    } else if (name === 'usage') {
      if (!USAGES.some((usage) => usage === value))
        return `usage=${value}: choose one of ${USAGES.join(', ')}`;
      changed['usage'] = value;
    } else if (Object.hasOwn(NUMBERS, name)) {
      const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      const least = name === 'tokens-per-event' || name === 'events-per-write' ? 1 : 0;
      if (!(number >= least && number <= MOST))
        return `${name}=${value}: give a number from ${least} to ${MOST}`;
      changed[NUMBERS[name as keyof typeof NUMBERS]] = number;
    }
  }
  return { ...settings, ...changed };
}
