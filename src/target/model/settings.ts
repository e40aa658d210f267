/** Faults in the middle of the mock model's answers. */
export const MODEL_FAULTS = ['none', 'error', 'fin', 'rst', 'stall'] as const;
type ModelFault = (typeof MODEL_FAULTS)[number];

export const USAGES = ['asked', 'always', 'never', 'refused'] as const;

/** How the mock model answers. */
export interface ModelSettings {
  /** From when an answer gets a slot to its first token. */
  readonly firstTokenMs: number;
  /** Gap between token events. */
  readonly gapMs: number;
  /** Tokens per answer; null: as many as the request allows, or 16. */
  readonly tokens: number | null;
  /** Tokens per event. */
  readonly tokensPerEvent: number;
  /** Events per write. */
  readonly eventsPerWrite: number;
  /** Bytes in each piece that an answer is sent in, wherever that cuts an event or a character; 0: whole writes. */
  readonly pieceBytes: number;
  /** How many of the first tokens are reasoning. */
  readonly reasoning: number;
  /** Concurrent answers; further requests wait in line. */
  readonly slots: number;
  /**
   * Whether the server reports its token count; `asked`: only if the request asks for it; `refused`: answers 400
   * if it does.
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
  pieceBytes: 0,
  reasoning: 0,
  slots: Number.POSITIVE_INFINITY,
  usage: 'asked',
  fault: 'none',
  faultAfter: 3,
};

/** The most tokens of an answer, and the largest number in a query. */
export const MOST = 1_000_000;
const AT_LEAST_ONE: ReadonlySet<string> = new Set(['tokens-per-event', 'events-per-write', 'piece-bytes']);
const NUMBERS = {
  ttft: 'firstTokenMs',
  gap: 'gapMs',
  tokens: 'tokens',
  'tokens-per-event': 'tokensPerEvent',
  'events-per-write': 'eventsPerWrite',
  'piece-bytes': 'pieceBytes',
  reasoning: 'reasoning',
  'fault-after': 'faultAfter',
} as const satisfies Record<string, keyof ModelSettings>;

/**
 * Applies a request's query to the settings: `?ttft=100&gap=10&tokens=20&fault=rst`.
 *
 * @returns a sentence if something is wrong with the query
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
      const least = AT_LEAST_ONE.has(name) ? 1 : 0;
      if (!(number >= least && number <= MOST))
        return `${name}=${value}: give a number from ${least} to ${MOST}`;
      changed[NUMBERS[name as keyof typeof NUMBERS]] = number;
    }
  }
  return { ...settings, ...changed };
}
