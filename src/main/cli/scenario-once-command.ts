import { writeOwn } from '../../machine/diverted-output.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { OnceOutcome, OnceStep, UserPart } from '../../protocol/once.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import { secretsInExchange } from '../../requests/exchange-secrets.ts';
import { type Hide, hiding, hidingInCut } from '../../requests/secrets.ts';
import { visibleLines } from '../../requests/visible.ts';
import { doOnce } from '../once/parts.ts';
import { setUp, tearDown } from '../once/setup.ts';
import { namingOf } from '../plan/terms.ts';
import { exchangeText } from '../reporters/exchange-text.ts';
import { formatMs } from '../text/format.ts';
import type { Naming } from '../text/naming.ts';
import { handleInterrupts } from './interrupts.ts';
import { outcomeLines } from './once-command.ts';

/** An iteration may be paused in a debugger. */
const LONGEST_ITERATION_MS = 3_600_000;

/**
 * `--once` of a module: one iteration of each scenario, in order, in this process, so that a debugger can stop in it.
 * Prints every request, answer, check and group as it happens.
 */
export async function actAndPrint(
  plan: RunPlan,
  scenarios: ScenariosPlan,
  note: (line: string) => void,
): Promise<ExitCode> {
  const shown = new ShownSteps(plan.supplies.secrets, namingOf(plan.writtenIn));
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = (): void => stopping.abort();
  const ignore = handleInterrupts({ stop, abort: stop }, note);
  const watching = { tell: (step: OnceStep) => shown.tell(step), signal };
  try {
    if (scenarios.hasSetup) shown.line('* setup');
    const ready = await setUp(plan, scenarios, watching);
    if (ready === null) return EXIT_CODES.interrupted;
    shown.hideAlso(ready.supplies.secrets);
    let isFailed = false;
    for (const { name } of scenarios.scenarios) {
      if (signal.aborted) break;
      shown.line(`* scenario '${name}'`);
      const part = { scenario: name };
      const outcome = await doOnce(ready, scenarios, { part, longestMs: LONGEST_ITERATION_MS, ...watching });
      for (const line of endLines(outcome)) shown.line(line);
      isFailed ||= outcome.failure !== null;
    }
    if (scenarios.hasTeardown && !signal.aborted) shown.line('* teardown');
    const teardownFailure = await tearDown(ready, scenarios, watching);
    if (teardownFailure !== null) shown.line(`* ${teardownFailure}`);
    if (signal.aborted) return EXIT_CODES.interrupted;
    return isFailed || teardownFailure !== null || shown.failedChecks > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
  } finally {
    ignore();
  }
}

const PARTS: Readonly<Record<UserPart, string>> = {
  setup: "the user's setup",
  iteration: 'iteration',
  teardown: "the user's teardown",
};

function endLines({ failure, isInterrupted, tookMs }: OnceOutcome): string[] {
  if (failure !== null) {
    const what = PARTS[failure.part ?? 'iteration'];
    return [`* ${what} failed (${failure.kind}, ${failure.code}): ${failure.example}`];
  }
  return [isInterrupted ? '* iteration interrupted' : `* iteration completed after ${formatMs(tookMs)}`];
}

/** Prints steps, with all known secrets hidden: also those of earlier steps. */
class ShownSteps {
  failedChecks = 0;
  readonly #secrets: Set<string>;
  #hide: Hide;

  readonly #naming: Naming;

  constructor(secrets: readonly string[], naming: Naming) {
    this.#naming = naming;
    this.#secrets = new Set(secrets);
    this.#hide = hiding(secrets);
  }

  hideAlso(secrets: readonly string[]): void {
    for (const secret of secrets) this.#secrets.add(secret);
    this.#hide = hiding([...this.#secrets]);
  }

  line(text: string): void {
    writeOwn(process.stdout, `${visibleLines(this.#hide(text))}\n`);
  }

  tell(step: OnceStep): void {
    if (step.type === 'check' && !step.holds) this.failedChecks++;
    if (step.type !== 'exchange') {
      this.line(`* ${stepText(step)}`);
      return;
    }
    const { exchange, secrets } = step;
    this.hideAlso([...secrets, ...secretsInExchange(exchange)]);
    const hideCut = hidingInCut([...this.#secrets]);
    for (const line of [...exchangeText(exchange, hideCut), ...outcomeLines(exchange, this.#naming)])
      this.line(line);
  }
}

function stepText(step: Exclude<OnceStep, { type: 'exchange' }>): string {
  switch (step.type) {
    case 'part':
      return PARTS[step.part];
    case 'sleep':
      return `sleep for ${formatMs(step.ms)}`;
    case 'group':
      return `group '${step.name}'`;
    case 'group-left':
      return `group '${step.name}' ${step.isFailed ? 'failed' : 'left'} after ${formatMs(step.tookMs)}`;
    case 'check':
      return `check ${step.holds ? '✓' : '✗'} ${step.name}`;
    case 'metric':
      return `metric ${step.name}: ${String(step.value)}`;
  }
}
