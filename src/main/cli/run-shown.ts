import type { RunPlan } from '../../protocol/plan.ts';
import { FEWEST_COLUMNS, FEWEST_ROWS, hasScreen } from '../live/terminal.ts';
import { showProgress } from '../reporters/live.ts';
import { paintOf } from '../reporters/view.ts';
import type { WatchedRun } from '../run/run.ts';
import { choiceSentence } from '../text/nearest.ts';
import type { Interrupts } from './interrupts.ts';
import type { Parsed } from './parsed.ts';
import { holdSentences, releaseSentences } from './say.ts';
import type { Showing } from './showing.ts';

const LIVE_FORMS = ['screen', 'plain', 'prometheus'] as const;
/** What exporters of telemetry mostly listen on. */
const DEFAULT_SCRAPE_PORT = 9464;
const SCRAPED = /^prometheus(?::(\d{1,5}))?$/;
const HIGHEST_PORT = 65_535;

/** How a run is shown while it goes on. */
export interface Shown {
  readonly liveForm: 'screen' | 'plain';
  /** Where it can be scraped; null where it cannot. */
  readonly scrapePort: number | null;
}

/** How a run is to be shown; problems are added to the list. */
export function liveFormFrom(
  parsed: Parsed,
  problems: string[],
  canHaveScreen: boolean = hasScreen(process.stderr, process.env),
): Shown {
  const given = parsed.all('live');
  const ports = given.flatMap((text) => scrapePortOf(text) ?? []);
  const forms = given.filter((text) => scrapePortOf(text) === null);
  const form = forms.at(-1);
  for (const text of forms.filter((word) => word !== 'screen' && word !== 'plain'))
    problems.push(choiceSentence('--live', text, LIVE_FORMS));
  if (forms.length > 1 || ports.length > 1)
    problems.push(
      `--live was given ${given.length} times: give one of screen and plain, and prometheus once.`,
    );
  const silencer = ['quiet', 'no-progress'].find((name) => parsed.flag(name));
  if (silencer !== undefined && form !== undefined)
    problems.push(`--live and --${silencer}: one shows the run, the other does not: leave one of them out.`);
  if (form === 'screen' && !canHaveScreen)
    problems.push(
      `--live 'screen': stderr is no terminal of ${FEWEST_COLUMNS} columns and ${FEWEST_ROWS} lines at least: leave it out.`,
    );
  const liveForm = (form ?? (canHaveScreen ? 'screen' : 'plain')) === 'screen' ? 'screen' : 'plain';
  return { liveForm, scrapePort: ports.at(-1) ?? null };
}

/** Null for what is no `prometheus` or `prometheus:9464`. */
function scrapePortOf(text: string): number | null {
  const match = SCRAPED.exec(text);
  const port = Number(match?.[1] ?? DEFAULT_SCRAPE_PORT);
  return match === null || port > HIGHEST_PORT ? null : port;
}

/**
 * Lets a run be scraped, where that was asked for.
 *
 * @param run null before it has been started
 * @returns ends it
 * @throws VolleyError VOLLEY_LISTEN
 */
export async function openScrape(
  plan: RunPlan,
  run: () => WatchedRun | null,
  { scrapePort }: Shown,
  say: (line: string) => void,
): Promise<() => void> {
  if (scrapePort === null) return () => {};
  const { ScrapeServer } = await import('../live/scrape-server.ts');
  const { renderLiveMetrics } = await import('../live/prometheus-live.ts');
  const server = await ScrapeServer.open(scrapePort, () =>
    renderLiveMetrics(plan, run()?.snapshot() ?? null),
  );
  say(`metrics of the run are at ${server.url}`);
  return () => server.close();
}

/** Shows a run until it has ended. */
export async function showRun(
  run: WatchedRun,
  plan: RunPlan,
  interrupts: Interrupts,
  { live, liveForm }: Pick<Showing, 'live'> & Pick<Shown, 'liveForm'>,
): Promise<void> {
  if (live === null) return;
  if (liveForm === 'plain') {
    await showProgress(run, live);
    return;
  }
  const { LiveScreen } = await import('../live/live-screen.ts');
  const screen = new LiveScreen(plan, () => run.snapshot(), interrupts, {
    screen: process.stderr,
    keys: process.stdin,
    paint: paintOf(process.stderr, process.env),
    onEnter: () => holdSentences((sentence) => screen.note(sentence)),
    onLeave: releaseSentences,
  });
  screen.begin();
  // Whoever asked for the result hears of its failure.
  await run.summary.catch(() => {}).finally(() => screen.end());
}
