import type { Summary } from '../../src/api/index.ts';
import type { LoggedAnswer } from './logging-model.ts';

/** A result of streams beside what their server wrote down. */
interface BesideLog {
  /** By the log, and by the result. */
  readonly counts: Readonly<Record<string, readonly [logged: number, measured: number]>>;
  /** How much longer volley took for what it has to see later than the server does. */
  readonly laterMs: Readonly<Record<string, number>>;
  /** The same for what is between two reads, each of which may be the later one. */
  readonly apartMs: Readonly<Record<string, number>>;
  /** Answers that are good by the log, and not by the result. */
  readonly missing: number;
  /** How much later the latest of those would have to be. */
  readonly slackMs: number;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;

/** The times of one answer, counted from its arrival. */
function timesOf({ arrivedMs, eventsMs, tokens }: LoggedAnswer) {
  const [first = Number.NaN, second] = eventsMs;
  const last = eventsMs.at(-1) as number;
  return {
    ttft: first - arrivedMs,
    ttst: second === undefined ? [] : [second - first],
    tpot: second === undefined ? [] : [(last - first) / (tokens - 1)],
    gaps: eventsMs.slice(1).map((atMs, at) => atMs - (eventsMs[at] as number)),
    e2e: last - arrivedMs,
  };
}

/** @param goodMs until when the first token of a good answer comes */
export function besideLog(
  { requests, errors, streams }: Summary,
  log: readonly LoggedAnswer[],
  goodMs: number,
): BesideLog {
  if (!streams) throw new Error('no streams');
  const { timesMs, tokens, gaps, goodput } = streams;
  const fates = (fate: LoggedAnswer['fate']): number => log.filter((one) => one.fate === fate).length;
  const failed = (kind: string): number =>
    sumOf(errors.filter((one) => one.kind === kind).map(({ count }) => count));
  const ok = log.filter(({ fate }) => fate === 'ok');
  const times = ok.map(timesOf);
  const ttfts = times.map(({ ttft }) => ttft);
  const e2es = times.map(({ e2e }) => e2e);
  const ttsts = times.flatMap(({ ttst }) => ttst);
  const tpots = times.flatMap(({ tpot }) => tpot);
  const allGaps = times.flatMap((one) => one.gaps);
  const logged = sumOf(ok.map((one) => one.tokens));
  const soon = ttfts.filter((ttft) => ttft < goodMs);
  const spanMs =
    Math.max(...ok.map(({ endedMs }) => endedMs)) - Math.min(...ok.map(({ arrivedMs }) => arrivedMs));
  const { ttft, ttftService, ttst, tpot, gap, e2e } = timesMs;
  return {
    counts: {
      sent: [log.length, requests.sent],
      ok: [ok.length, requests.ok],
      failed: [log.length - ok.length, requests.failed],
      'with an error': [fates('error'), failed('stream')],
      'cut off': [fates('cut'), failed('truncated')],
      refused: [fates('refused'), failed('status')],
      answers: [ok.length, streams.answers],
      tokens: [logged, tokens.total],
      'counted by the server': [ok.length, tokens.countedByServer],
      'token events': [sumOf(ok.map(({ eventsMs }) => eventsMs.length)), tokens.events],
      gaps: [allGaps.length, gaps.count],
      'first tokens': [ok.length, ttft.count],
      'second tokens': [ttsts.length, ttst.count],
      'times per token': [tpots.length, tpot.count],
      ends: [ok.length, e2e.count],
    },
    laterMs: {
      'sent ttft, least': (ttftService.min as number) - Math.min(...ttfts),
      'sent ttft, mean': (ttftService.mean as number) - meanOf(ttfts),
      'sent ttft, most': (ttftService.max as number) - Math.max(...ttfts),
      'ttft, sum': ok.length * ((ttft.mean as number) - meanOf(ttfts)),
      'e2e, mean': (e2e.mean as number) - meanOf(e2es),
      'e2e, most': (e2e.max as number) - Math.max(...e2es),
      'from the first request to the last end':
        (1_000 * tokens.total) / (tokens.perSecond as number) - spanMs,
    },
    apartMs: {
      'ttst, mean': (ttst.mean as number) - meanOf(ttsts),
      'tpot, mean': (tpot.mean as number) - meanOf(tpots),
      'gap, mean': (gap.mean as number) - meanOf(allGaps),
      'gap, most': (gap.max as number) - Math.max(...allGaps),
    },
    missing: soon.length - (goodput?.good as number),
    slackMs: goodMs - Math.max(...soon),
  };
}
