import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { dialOf } from '../../protocol/dial.ts';
import type { AllowRule } from '../../protocol/endpoint.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { MS_PER_SECOND, microsToMs } from '../../protocol/units.ts';
import { AllowedTargets } from '../../requests/allowed-targets.ts';
import type { Clock } from '../../time/clock.ts';
import { completePlan, type UnresolvedPlan } from '../plan/resolve.ts';
import { modulesIn } from '../plan/scenarios/code-modules.ts';
import { type Broker, CLUSTER_TIMES, type End, type TakenSlot } from './broker.ts';
import { type AgentInfo, PLAN, purposes } from './messages.ts';
import { Part, type PartOptions } from './part.ts';
import { causeOf } from './refusal.ts';
import { NotRead, type Sealer } from './seal.ts';
import { withUnpackedCode } from './unpacked-code.ts';

const { announceMs, orphanMs, staleMs } = CLUSTER_TIMES;
/** How long requests in flight are waited for when an agent is told to leave. */
const LONGEST_DRAIN_MS = 3_000;
/** How long its result may take after that. */
const LONGEST_LEAVE_MS = LONGEST_DRAIN_MS + 5_000;
const TOLD = 'it was told to leave';
/** A broker that has not answered for so long when an agent leaves is away. */
const LONGEST_ANSWER_MS = 1_500;

export interface AgentOptions extends Pick<PartOptions, 'name' | 'workers' | 'mode'> {
  readonly version: string;
  readonly allowed: readonly AllowRule[];
  /** Whether runs may bring code of their own. */
  readonly isCodeAllowed: boolean;
  /** Limit on this agent's share of a rate; null for no limit. */
  readonly mostPerSecond: number | null;
  /** Whether to leave after one run. */
  readonly isOnce: boolean;
}

/** Waits in a pool for runs, and carries out its part of them, one run at a time. */
export class Agent {
  readonly #broker: Broker;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #options: AgentOptions;
  readonly #say: (sentence: string) => void;
  readonly #id = randomUUID();
  readonly #address = ownAddress();
  readonly #where = `pid ${process.pid} on ${hostname()}`;
  readonly #ended = Promise.withResolvers<void>();
  #taking: End | null = null;
  #timer: NodeJS.Timeout | null = null;
  #part: Part | null = null;
  #run: string | null = null;
  /** When the broker last took its announcement. */
  #heardMs = 0;
  #isBrokerAway = false;
  #isLeaving = false;
  #hasLeft = false;

  constructor(
    broker: Broker,
    sealer: Sealer,
    clock: Clock,
    options: AgentOptions,
    say: (sentence: string) => void,
  ) {
    this.#broker = broker;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#options = options;
    this.#say = say;
  }

  /** Resolves when the agent has left its pool. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  async begin(): Promise<void> {
    await this.#announce();
    this.#timer = setInterval(() => {
      this.#announce().catch(() => {});
      this.#lookAtBroker();
    }, announceMs);
    this.#taking = await this.#broker.takeSlots(this.#options.version, this.#options.name, {
      take: (slot) => this.#take(slot),
      onRenewed: (sentAtMs) => this.#part?.renewed(sentAtMs),
    });
  }

  /** Leaves the pool; a current run ends with what it has measured. */
  async leave(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#part?.leaveInOrder(TOLD, LONGEST_DRAIN_MS);
    const taken = Promise.resolve(this.#taking?.()).catch(() => {});
    const answered = this.#broker.withdraw(this.#id).then(
      () => true,
      () => false,
    );
    // A broker that is away would hold it for ever; one that is there gets its last word.
    if (await Promise.race([answered, delay(LONGEST_ANSWER_MS, false, { ref: false })]))
      await Promise.race([taken, delay(LONGEST_LEAVE_MS, undefined, { ref: false })]);
    else this.#part?.leave(TOLD);
    this.#hasLeft = true;
    this.#ended.resolve();
  }

  async #take(slot: TakenSlot): Promise<void> {
    const { name } = this.#options;
    this.#run = slot.run;
    let folder: string | undefined;
    try {
      const plan = withUnpackedCode(await this.#accept(slot));
      folder = plan.scenarios?.codeFolder;
      const part = new Part({ broker: this.#broker, sealer: this.#sealer, clock: this.#clock }, slot, plan, {
        ...this.#options,
        where: this.#where,
        address: this.#address,
        refuseShare: (whole, share) => this.#refuse(whole, share),
      });
      this.#part = part;
      if (!(await slot.renew())) throw new Error('the slot is no longer its own');
      this.#say(`run ${slot.run}: joined.`);
      const reason = await part.carryOut();
      // Others wait for it: they are told why it does not come.
      if (reason !== null && part.isAssigned && !part.isBegun) throw new Error(reason);
      this.#say(`run ${slot.run}: ${reason ?? (part.isBegun ? 'done' : 'it did not begin')}.`);
    } catch (error) {
      const because = causeOf(error);
      this.#say(`run ${slot.run}: ${because}.`);
      throw new Error(`${name}: ${because}`);
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      const hasRun = this.#part?.isBegun === true;
      this.#part = null;
      this.#run = null;
      // An attempt that never began, or an abandoned slot, is not a run.
      if (this.#options.isOnce && hasRun) void this.leave();
    }
  }

  /** @throws Error if the agent refuses the run; the message says why */
  async #accept({ run, attempt }: TakenSlot): Promise<RunPlan> {
    if (attempt !== 1) throw new Error('another agent has had this slot before');
    const ageMs = await this.#broker.orderAgeMs(run);
    if (ageMs === null || ageMs > orphanMs) throw new Error('the command that started it is gone');
    const sealed = await this.#broker.get(run, PLAN);
    if (sealed === null) throw new Error('the command that started it is gone');
    const { workers, mode, allowed } = this.#options;
    const asked = { ...this.#opened(run, sealed), workers, mode };
    if (asked.scenarios !== undefined && modulesIn(asked.scenarios.code).length > 0) {
      if (!this.#options.isCodeAllowed)
        throw new Error('its scenarios are code, and it was started without --allow-code');
      if (asked.supplies.code === undefined) throw new Error('its code did not come with it');
    }
    const plan = await completePlan(asked);
    const targets = new AllowedTargets(allowed);
    for (const { endpoint } of plan.mix) {
      if (endpoint === null) continue;
      const destination = { ...endpoint, ...plan.settings };
      const dial = dialOf(destination);
      const addresses = dial.unixSocket === null ? dial.addresses.map(({ address }) => address) : [];
      for (const address of addresses.length === 0 ? [undefined] : addresses) {
        const refused = targets.refused(destination, dial, address);
        if (refused !== null) throw new Error(`it may not send to ${refused} (--allow-target)`);
      }
    }
    return { ...plan, settings: { ...plan.settings, allowed }, abortOn: [], thresholds: [] };
  }

  #opened(run: string, sealed: Uint8Array): UnresolvedPlan {
    try {
      return this.#sealer.open<UnresolvedPlan>(purposes.plan(run), sealed);
    } catch (error) {
      throw new Error(
        error instanceof NotRead
          ? `its plan was written by another version of Node (here ${process.versions.node}): use the same everywhere`
          : 'its plan cannot be opened with this cluster key: give the run and all agents the same',
      );
    }
  }

  #refuse({ load, scenarios }: RunPlan, share: number): string | null {
    const { mostPerSecond } = this.#options;
    if (mostPerSecond === null) return null;
    if (scenarios !== undefined) return 'scenarios have no rate of requests to compare with its --max-rate';
    if (load.model === 'closed') return 'a closed load has no rate to compare with its --max-rate';
    const rates = load.stages.flatMap(({ from, to }) =>
      [from, to].map(({ requests, periodMs }) => (requests * MS_PER_SECOND) / periodMs),
    );
    const own = Math.max(...rates) * share;
    return own <= mostPerSecond
      ? null
      : `its share of ${Math.ceil(own)}/s is more than its --max-rate ${mostPerSecond}/s`;
  }

  async #announce(): Promise<void> {
    const { name, version, workers } = this.#options;
    const state = this.#run === null ? 'waiting' : `run ${this.#run}`;
    const where = this.#where;
    const atMs = microsToMs(await this.#broker.nowUs());
    const info: AgentInfo = { name, where, version, workers, state, atMs };
    await this.#broker.announce(this.#id, this.#sealer.seal(purposes.agent(this.#id), info), atMs);
    this.#heardMs = this.#clock.nowMs();
  }

  /** An agent that waits would otherwise not show that its broker is gone. */
  #lookAtBroker(): void {
    const isAway = this.#clock.nowMs() - this.#heardMs > staleMs;
    if (isAway !== this.#isBrokerAway)
      this.#say(
        isAway
          ? `the broker has taken nothing for ${staleMs / MS_PER_SECOND} s: trying again until it does.`
          : 'the broker is there again.',
      );
    this.#isBrokerAway = isAway;
  }
}

/** The first address by which other machines may reach this one. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ internal }) => !internal)?.address ?? '127.0.0.1';
}
