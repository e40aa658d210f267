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

const LIVE_FORMS = ['screen', 'plain'] as const;
type LiveForm = (typeof LIVE_FORMS)[number];

/** How a run is shown while it goes on. */
export interface Shown {
  readonly liveForm: LiveForm;
}

/** How a run is to be shown; problems are added to the list. */
export function liveFormFrom(
  parsed: Parsed,
  problems: string[],
  canHaveScreen: boolean = hasScreen(process.stderr, process.env),
): LiveForm {
  const given = parsed.last('live');
  if (given === undefined) return canHaveScreen ? 'screen' : 'plain';
  const form = LIVE_FORMS.find((known) => known === given);
  if (form === undefined) problems.push(choiceSentence('--live', given, LIVE_FORMS));
  const silencer = ['quiet', 'no-progress'].find((name) => parsed.flag(name));
  if (silencer !== undefined)
    problems.push(`--live and --${silencer}: one shows the run, the other does not: leave one of them out.`);
  if (form === 'screen' && !canHaveScreen)
    problems.push(
      `--live 'screen': stderr is no terminal of ${FEWEST_COLUMNS} columns and ${FEWEST_ROWS} lines at least: leave it out.`,
    );
  return form ?? 'plain';
}

/** Shows a run until it has ended. */
export async function showRun(
  run: WatchedRun,
  plan: RunPlan,
  interrupts: Interrupts,
  { live, liveForm }: Pick<Showing, 'live'> & Shown,
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
