import { writeOwn } from '../../machine/diverted-output.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { RunPlan, WrittenIn } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Prepared } from '../cluster/submission-options.ts';
import type { ClusterPlan } from '../cluster/submit.ts';
import { noteInput, withoutOverwriting } from '../files/input-files.ts';
import { readSettled } from '../once/settled.ts';
import { OF_KEPT_RUNS, withPercentiles } from '../plan/judged-percentiles.ts';
import type { RunOptions } from '../plan/options.ts';
import { SET_FOR_RUN, WRITTEN_IN } from '../plan/options.ts';
import { completePlan, readOptions, type UnresolvedPlan } from '../plan/resolve.ts';
import type { LoadedTest } from '../plan/scenarios/load-test.ts';
import { readersOfPlan } from '../plan/stdin-readers.ts';
import { withErrorRate } from '../plan/thresholds.ts';
import { baselineSentences } from '../reporters/baseline-text.ts';
import { whyItFails, whyNothingSucceeded, whyNothingWasSent } from '../reporters/failing-text.ts';
import { brokenRuleSentences, stopSentences } from '../reporters/rule-text.ts';
import { startWatched, type WatchedRun } from '../run/run.ts';
import { exitCodeOf } from '../summary/exit-code.ts';
import { quoted } from '../text/quoted.ts';
import { type AroundRun, aroundRun, begunHere } from './around-run.ts';
import { bareTimeNotes } from './bare-times.ts';
import { baselineFrom, baselineOf, heldAgainst, type OpenBaseline } from './baseline-options.ts';
import { clusterFrom, refuseRounds } from './cluster-options.ts';
import { interruptible } from './interrupts.ts';
import { dialling, noteElsewhere, onPort, targetCommandFrom, withTarget } from './on-port/on-port.ts';
import { outputFormFrom, printedRun, type RunForm } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';
import { outputFilesOf, outputPathsFrom, RunOutputs } from './run-outputs.ts';
import { liveFormFrom, openServed, type Shown, showRun } from './run-shown.ts';
import { say } from './say.ts';
import { type Showing, showingFrom } from './showing.ts';

const OF_RESULTS = ['output', 'out', 'html', 'samples', 'step-summary', 'baseline', 'otlp'] as const;

/** What --once leaves unjudged: with an exit code of 0 it would seem kept. A plan may have them all the same. */
const OF_RULES = ['threshold', 'abort-on', 'slo-target'] as const;

/** What a plan file or a module of scenarios adds to the options. */
export interface Planned extends Pick<RunOptions, 'url' | 'mix' | 'variables' | 'presets'> {
  readonly path?: string;
  /** Loads scenarios, given the values of variables. */
  readonly loadTest?: (variables: Readonly<Record<string, string>>) => Promise<LoadedTest>;
  readonly writtenIn?: WrittenIn;
}

/** A plan as it was asked for, and complete. */
interface ReadPlan {
  readonly asked: UnresolvedPlan;
  readonly plan: RunPlan;
}

/** Default of --repeat: a plain run. */
const ONCE = '1';

/** `volley <url>`: checks everything, runs, and prints the result. */
export async function runCommand(
  parsed: Parsed,
  problems: string[],
  planned: Planned = {},
): Promise<ExitCode> {
  const showing = showingFrom(parsed);
  bareTimeNotes(parsed).forEach(showing.note);
  const isRepeated = (parsed.last('repeat') ?? ONCE) !== ONCE;
  const form = isRepeated ? 'text' : outputFormFrom(parsed.last('output'), problems);
  const target = targetCommandFrom(parsed, problems);
  const options = onPort(withPlanned(runOptionsFrom(parsed, problems), planned), target);
  if (isRepeated) {
    refuseRounds(parsed, problems);
    return (await import('./repeat-command.ts')).repeatCommand(parsed, options, problems, {
      target,
      planPath: planned.path,
    });
  }
  const paths = outputPathsFrom(parsed, problems);
  const cluster = await clusterFrom(parsed, process.env, problems);
  refuseUseless(parsed, planned.writtenIn, problems);
  if (planned.loadTest === undefined) refuseOfScenarios(parsed, problems);
  else (await import('./code-of-users.ts')).expectCode();
  const shown = liveFormFrom(parsed, problems);
  const against = baselineFrom(parsed, problems);
  const read = await withoutOverwriting(outputFilesOf(paths), async () => {
    if (planned.path !== undefined) noteInput(planned.path);
    const isSentFromHere = cluster === null;
    if (planned.loadTest !== undefined)
      return testPlan(parsed, planned.loadTest, options, problems, isSentFromHere);
    const unresolved = await readFor(parsed, options, problems, planned.path, isSentFromHere);
    const ruled = form === 'junit' ? withRule(unresolved) : unresolved;
    return { asked: ruled, plan: await completePlan(ruled, isSentFromHere) };
  });
  const { asked, plan } = against.isKept || against.name !== null ? withJudged(read) : read;
  if (parsed.flag('dry-run')) return (await import('./once-command.ts')).printDryRun(plan);
  noteElsewhere([plan], target, showing.note);
  if (parsed.flag('once'))
    return withTarget(target, showing.note, (on) => printOnce(dialling(plan, on), showing.note));
  const placed = cluster === null ? plan : { ...plan, agents: cluster.agents };
  const baseline = await baselineOf(against, placed);
  const sampled = { names: plan.mix.map(({ name }) => name), isStreamed: (plan.stream ?? null) !== null };
  const outputs = await RunOutputs.open(paths, sampled);

  try {
    return await withTarget(target, showing.note, (on) =>
      measure(dialling(placed, on), cluster === null ? null : { ...cluster, asked }, form, outputs, {
        ...{ ...showing, ...shown, baseline },
      }),
    );
  } catch (error) {
    await outputs.discard();
    throw error;
  }
}

/** Has what a baseline decides by measured, whatever `--percentiles` says. */
function withJudged({ asked, plan }: ReadPlan): ReadPlan {
  return { asked: withPercentiles(asked, OF_KEPT_RUNS), plan: withPercentiles(plan, OF_KEPT_RUNS) };
}

/** Reads the options; the target is asked beforehand only if requests are really sent from here. */
function readFor(
  parsed: Parsed,
  options: RunOptions,
  problems: readonly string[],
  planPath: string | undefined,
  isSentFromHere: boolean,
): Promise<UnresolvedPlan> {
  const readers = readersOfPlan(planPath);
  return isSentFromHere && !parsed.flag('dry-run')
    ? readSettled(options, problems, readers, say)
    : readOptions(options, problems, readers, { isSentFromHere });
}

/** `--once`: sends what a plan describes once. */
async function printOnce(plan: RunPlan, note: (line: string) => void): Promise<ExitCode> {
  const { scenarios } = plan;
  if (scenarios === undefined) return (await import('./once-command.ts')).sendAndPrint(plan);
  return (await import('./scenario-once-command.ts')).actAndPrint(plan, scenarios, note);
}

/** Loaded on demand, since most runs have no scenarios. */
async function testPlan(
  parsed: Parsed,
  load: NonNullable<Planned['loadTest']>,
  options: RunOptions,
  problems: readonly string[],
  isSentFromHere: boolean,
): Promise<ReadPlan> {
  const { resolveTest } = await import('../plan/scenarios/resolve-test.ts');
  const [vus, iterations, only] = ['vus', 'iterations', 'only'].map((name) => parsed.last(name));
  try {
    // Agents need what modules import.
    if (!isSentFromHere) (await import('../../machine/load-module.ts')).recordImports();
    const test = await load(options.variables ?? {});
    return await resolveTest(test, options, { vus, iterations, only }, problems, isSentFromHere);
  } catch (error) {
    if (problems.length === 0 || !(error instanceof VolleyError)) throw error;
    const found = new Set(error.problems.map(String));
    const earlier = problems.filter((problem) => !found.has(problem));
    throw new VolleyError(ERROR_CODES.usage, [...earlier, ...error.problems]);
  }
}

/** Runs, shows progress, writes the requested files and prints the result. */
async function measure(
  asked: RunPlan,
  cluster: (ClusterPlan & { readonly asked: UnresolvedPlan }) | null,
  form: RunForm,
  outputs: RunOutputs,
  showing: Shown & Showing & { readonly baseline: (result: Summary) => Promise<OpenBaseline> },
): Promise<ExitCode> {
  const around = aroundRun(asked, showing.note);
  const plan = cluster === null && around !== null ? await begunHere(around, showing.note) : asked;
  if (plan === null) {
    await outputs.discard();
    return EXIT_CODES.interrupted;
  }
  const failed =
    around?.failed ??
    (async (error: unknown): Promise<never> => {
      throw error;
    });
  let started: WatchedRun | null = null;
  const served = await openServed(plan, () => started, showing, showing.note);
  const run =
    cluster === null
      ? startWatched(plan, {}, (block, worker) => outputs.addSamples(block, worker))
      : await overAgents(cluster, around, showing.note).catch(async (error) => {
          await served.end(null);
          return failed(error);
        });
  started = run;
  let result: Summary | null = null;
  const abort = (): void => {
    around?.giveUp();
    run.abort();
  };
  const interrupts = interruptible({ stop: run.stop, abort }, showing.note);
  try {
    await showRun(run, plan, interrupts, showing);
    const measured = await run.summary.catch(failed);
    const whole = (await around?.ended(measured)) ?? measured;
    const summary = heldAgainst(await showing.baseline(whole), whole);
    result = summary;
    const { isSaved, isComplete } = await outputs.finish(summary);
    writeOwn(process.stdout, await printedRun(summary, isSaved ? form : 'json', showing.view));
    // On a terminal the report itself shows all this.
    if (form !== 'text' || !process.stdout.isTTY) {
      const why = whyNothingSucceeded(summary) ?? whyItFails(summary) ?? whyNothingWasSent(summary);
      for (const line of [
        ...(why === null ? [] : [why]),
        ...stopSentences(summary),
        ...brokenRuleSentences(summary),
        ...baselineSentences(summary.baseline ?? undefined),
      ])
        say(line);
    }
    return exitCodeOf(summary, !isComplete);
  } finally {
    await served.end(result);
    interrupts.remove();
  }
}

/** Starts a run over agents; what comes before its load is done when they are there. */
async function overAgents(
  cluster: ClusterPlan & { readonly asked: UnresolvedPlan },
  around: AroundRun | null,
  say: (sentence: string) => void,
): Promise<WatchedRun> {
  const { submitPlan } = await import('../cluster/submit.ts');
  const prepare = async (stopping: AbortSignal): Promise<Prepared | null> => {
    const { secrets = [], scenarioData } = (await around?.begin(stopping))?.supplies ?? {};
    return stopping.aborted ? null : { secrets, scenarioData };
  };
  return submitPlan(cluster.asked, cluster, {}, { prepare: around === null ? null : prepare, say });
}

/** Adds a rule if there is none: a test report needs one, and the exit code follows it too. */
function withRule<Plan extends Pick<RunPlan, 'thresholds'>>(plan: Plan): Plan {
  if (plan.thresholds.length > 0) return plan;
  return { ...plan, thresholds: withErrorRate([], []) };
}

/** Refuses outputs of results for --dry-run and --once, which measure nothing, and for --once rules that were typed. */
function refuseUseless(parsed: Parsed, writtenIn: WrittenIn | undefined, problems: string[]): void {
  if (parsed.flag('dry-run') && parsed.flag('once'))
    problems.push('--dry-run and --once: one sends nothing, the other a request: give one of them.');
  const chosen = ['dry-run', 'once'].find((name) => parsed.flag(name));
  const isTyped = (name: string): boolean =>
    writtenIn?.in !== 'plan' || writtenIn.onCommandLine.includes(name);
  const useless = [...OF_RESULTS, ...(chosen === 'once' ? OF_RULES.filter(isTyped) : [])];
  const given = [
    ...useless.filter((name) => parsed.last(name) !== undefined),
    ...(parsed.flag('save') ? ['save'] : []),
  ];
  if (chosen !== undefined && given.length > 0)
    problems.push(`--${chosen} with --${given.join(', --')}: nothing is measured: leave one of them out.`);
}

/** Refuses options for users, iterations and scenarios, which only modules of scenarios have. */
function refuseOfScenarios(parsed: Parsed, problems: string[]): void {
  for (const [name, instead] of [
    ['vus', '-c sets the number of connections'],
    ['iterations', '-n sets the number of requests'],
    ['only', 'leave it out'],
  ] as const) {
    const given = parsed.last(name);
    if (given !== undefined)
      problems.push(`--${name} ${quoted(given)} is for tests of scenarios (volley run shop.ts): ${instead}.`);
  }
}

function withPlanned(
  options: RunOptions,
  { url, mix, variables, presets, writtenIn, path, loadTest }: Planned,
): RunOptions {
  const set = options[SET_FOR_RUN] ?? [];
  return {
    ...options,
    [WRITTEN_IN]: writtenIn,
    // One that the plan does not have has been refused; steps find out themselves which names they use.
    [SET_FOR_RUN]:
      loadTest === undefined
        ? set.filter((name) => path === undefined || Object.hasOwn(variables ?? {}, name))
        : [],
    url: options.url ?? url,
    mix,
    presets,
    // The command line comes first.
    variables: { ...variables, ...options.variables },
  };
}
