import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { StatsdAddress } from '../live/statsd.ts';
import { FEWEST_COLUMNS, FEWEST_ROWS, hasScreen } from '../live/terminal.ts';
import { showProgress } from '../reporters/progress-line.ts';
import { paintOf } from '../reporters/view.ts';
import type { WatchedRun } from '../run/run.ts';
import { choiceSentence } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import type { Interrupts } from './interrupts.ts';
import { collectorFrom, openOtlp } from './otlp-option.ts';
import type { Parsed } from './parsed.ts';
import { holdSentences, releaseSentences, say as sayAlways } from './say.ts';
import type { Showing } from './showing.ts';

const LIVE_FORMS = ['screen', 'plain', 'web', 'prometheus', 'statsd:HOST:PORT'] as const;
/** The usual port of telemetry exporters. */
const DEFAULT_SCRAPE_PORT = 9464;
const SERVED = /^(web|prometheus)(?::(\d+))?$/;
const STATSD = /^statsd:(\[[0-9a-f:.]+\]|[^:\s[\]]+):(\d+)$/i;
const ELSEWHERE = /^(web|prometheus):.*\D/s;
/** Any port will do, since the page's address is printed. */
const FREE_PORT = 0;
const HIGHEST_PORT = 65_535;

/** How a run is shown while it is running. */
export interface Shown {
  readonly liveForm: 'screen' | 'plain';
  /** Port for scrapers; null without one. */
  readonly scrapePort: number | null;
  /** Port of the page; null without a page, 0 for any free port. */
  readonly webPort: number | null;
  /** Where metrics are pushed by StatsD; null if they are not. */
  readonly statsd: StatsdAddress | null;
  /** The OpenTelemetry collector to push to; null without one. */
  readonly otlp: URL | null;
}

/** Reads how a run is shown; problems are added to the list. */
export function liveFormFrom(
  parsed: Parsed,
  problems: string[],
  canHaveScreen: boolean = hasScreen(process.stderr, process.env),
): Shown {
  const given = parsed.all('live');
  const served = given.flatMap((text) => servedOf(text) ?? []);
  const pushed = given.flatMap((text) => statsdOf(text) ?? []);
  const forms = given.filter((text) => servedOf(text) === null && statsdOf(text) === null);
  const form = forms.at(-1);
  for (const text of forms.filter((word) => word !== 'screen' && word !== 'plain'))
    problems.push(unknownForm(text));
  const portsOf = (name: string): number[] =>
    served.flatMap(({ form, port }) => (form === name ? [port] : []));
  const [webPorts, scrapePorts] = [portsOf('web'), portsOf('prometheus')];
  const chosen = forms.filter((text) => !SERVED.test(text) && !STATSD.test(text));
  if (Math.max(chosen.length, webPorts.length, scrapePorts.length, pushed.length) > 1)
    problems.push(
      `--live was given ${given.length} times: give one of screen and plain, and web, prometheus and statsd once each.`,
    );
  const silencer = ['quiet', 'no-progress'].find((name) => parsed.flag(name));
  if (silencer !== undefined && form !== undefined)
    problems.push(`--live and --${silencer}: one shows the run, the other does not: leave one of them out.`);
  if (form === 'screen' && !canHaveScreen)
    problems.push(
      `--live 'screen': stderr is not a terminal of at least ${FEWEST_COLUMNS} columns and ${FEWEST_ROWS} lines: leave it out.`,
    );
  const liveForm = (form ?? (canHaveScreen ? 'screen' : 'plain')) === 'screen' ? 'screen' : 'plain';
  return {
    liveForm,
    scrapePort: scrapePorts.at(-1) ?? null,
    webPort: webPorts.at(-1) ?? null,
    statsd: pushed.at(-1) ?? null,
    otlp: collectorFrom(parsed.last('otlp'), problems),
  };
}

/** Null unless it is `web`, `web:8089`, `prometheus` or `prometheus:9464`. */
function servedOf(text: string): { readonly form: 'web' | 'prometheus'; readonly port: number } | null {
  const match = SERVED.exec(text);
  if (match === null) return null;
  const form = match[1] === 'web' ? 'web' : 'prometheus';
  const port = Number(match[2] ?? (form === 'web' ? FREE_PORT : DEFAULT_SCRAPE_PORT));
  return port > HIGHEST_PORT ? null : { form, port };
}

/** Null unless it is `statsd:HOST:PORT`. */
function statsdOf(text: string): StatsdAddress | null {
  const [, host = '', digits = ''] = STATSD.exec(text) ?? [];
  const port = Number(digits);
  return port < 1 || port > HIGHEST_PORT ? null : { hostname: host.replace(/^\[|\]$/g, ''), port };
}

function unknownForm(text: string): string {
  if (SERVED.test(text))
    return `--live ${quoted(text)}: a port is at most ${HIGHEST_PORT}: give a lower one, or 0 for any free one.`;
  if (STATSD.test(text))
    return `--live ${quoted(text)}: a port is from 1 to ${HIGHEST_PORT}: give the one that StatsD listens on.`;
  const form = ELSEWHERE.exec(text)?.[1];
  return form === undefined
    ? choiceSentence('--live', text, LIVE_FORMS)
    : `--live ${quoted(text)}: a run is served only on 127.0.0.1: give ${form}, or ${form}:PORT.`;
}

/** Serves a run while it is running. */
interface Served {
  /** Stops serving; readers of the page get the result, if there is one. */
  end(result: Summary | null): Promise<void>;
}

/**
 * Starts the requested servers and pushers of a run's metrics and page.
 *
 * @param run returns null before the run has started
 * @throws VolleyError VOLLEY_LISTEN, or VOLLEY_USAGE if the load and the page would share an event loop
 */
export async function openServed(
  plan: RunPlan,
  run: () => WatchedRun | null,
  { scrapePort, webPort, statsd, otlp }: Omit<Shown, 'liveForm'>,
  say: (line: string) => void,
): Promise<Served> {
  const snapshot = (): Snapshot | null => run()?.snapshot() ?? null;
  if (webPort !== null && plan.mode === 'inline')
    throw new VolleyError(
      ERROR_CODES.usage,
      '--live web with --mode inline: drawing the page would hold up the load, which runs in the same loop: give --mode threads, or leave one of them out.',
    );
  const collector = otlp === null ? null : await openOtlp(otlp, plan, snapshot, say);
  let scrape: { close(): void } | null = null;
  if (scrapePort !== null) {
    const { ScrapeServer } = await import('../live/scrape-server.ts');
    const { renderLiveMetrics } = await import('../live/prometheus-live.ts');
    const server = await ScrapeServer.open(scrapePort, () => renderLiveMetrics(plan, snapshot()));
    say(`metrics of the run are at ${server.url}`);
    scrape = server;
  }
  let web: Served | null = null;
  if (webPort !== null) {
    try {
      const { WebLive } = await import('../live/web-live.ts');
      const live = await WebLive.open(webPort, plan, snapshot);
      // Without its address, a page on a port that volley chose could not be found: not even --quiet hides it.
      (webPort === FREE_PORT ? sayAlways : say)(`the page of the run is at ${live.url}`);
      web = live;
    } catch (error) {
      scrape?.close();
      throw error;
    }
  }
  const { StatsdPusher } = statsd === null ? { StatsdPusher: null } : await import('../live/statsd.ts');
  const pusher = statsd === null || StatsdPusher === null ? null : new StatsdPusher(statsd, snapshot, say);
  return {
    end: async (result) => {
      scrape?.close();
      await Promise.all([pusher?.end(), collector?.end(result), web?.end(result)]);
    },
  };
}

/** The screen has users in a line of its own. */
async function lastUsers(
  run: WatchedRun,
  scenarios: ScenariosPlan,
  note: Showing['note'],
): Promise<() => void> {
  const { tellOfLastUsers } = await import('./last-users.ts');
  return tellOfLastUsers(run, scenarios, note);
}

/** Shows a run until it has ended. */
export async function showRun(
  run: WatchedRun,
  plan: RunPlan,
  interrupts: Interrupts,
  { live, view, liveForm, note }: Showing & Pick<Shown, 'liveForm'>,
): Promise<void> {
  if (live === null || liveForm === 'plain') {
    const untold = plan.scenarios === undefined ? null : await lastUsers(run, plan.scenarios, note);
    if (live !== null) await showProgress(run, live, view.isVerbose);
    // A failure is reported to the code that awaits the result.
    else if (untold !== null) await run.summary.catch(() => {});
    untold?.();
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
  await run.summary.catch(() => {}).finally(() => screen.end());
}
