import { availableParallelism, hostname } from 'node:os';
import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { parseAllowRule } from '../../requests/allowed-targets.ts';
import { visible } from '../../requests/visible.ts';
import { createMonotonicClock } from '../../time/clock.ts';
import { Agent } from '../cluster/agent.ts';
import { brokerName, unreachable } from '../cluster/meeting.ts';
import { openBroker } from '../cluster/open-broker.ts';
import { agentsIn } from '../cluster/pool-list.ts';
import { Sealer } from '../cluster/seal.ts';
import { Problems } from '../plan/problems.ts';
import { parseRate } from '../plan/quantities.ts';
import { namesFitted, renderPlainTable } from '../reporters/table.ts';
import { counted } from '../text/format.ts';
import { choiceSentence } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import { VERSION } from '../text/version.ts';
import { brokerFrom } from './cluster-options.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

const MOST_WORKERS = 1_024;
const MODES = ['threads', 'processes'] as const;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `volley agent`: waits in a pool for runs until it is stopped. */
export async function agentCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const meeting = await brokerFrom(parsed, process.env, problems);
  const options = agentOptionsFrom(parsed, problems);
  if (options.isCodeAllowed && meeting?.key === '')
    problems.push(
      '--allow-code without a cluster key: whoever can write to the broker could run code here: give one (--cluster-key-file, VOLLEY_CLUSTER_KEY).',
    );
  if (problems.length > 0 || meeting === null) throw new VolleyError(ERROR_CODES.usage, problems);
  const broker = await openBroker(meeting);
  const agent = new Agent(broker, new Sealer(meeting.key), createMonotonicClock(), options, say);
  const leave = (): void => void agent.leave();
  for (const signal of SIGNALS) process.on(signal, leave);
  try {
    // Told to leave before it has begun, it does not wait for a broker that is away.
    const begun = agent.begin().catch((error) => Promise.reject(unreachable(meeting.url, messageOf(error))));
    await Promise.race([begun, agent.ended]);
    if (agent.hasLeft) return EXIT_CODES.ok;
    say(
      `agent ${options.name} with ${counted(options.workers, 'worker')} waits in pool ${meeting.pool} of ${brokerName(meeting.url)}; it may send to ${parsed.all('allow-target').join(', ')}${options.isCodeAllowed ? ' and run the code that runs bring along' : ''}.`,
    );
    await agent.ended;
    return EXIT_CODES.ok;
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
    await broker.close();
  }
}

/** `volley agents`: lists the agents in a pool. */
export async function agentsCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const meeting = await brokerFrom(parsed, process.env, problems);
  if (problems.length > 0 || meeting === null) throw new VolleyError(ERROR_CODES.usage, problems);
  const broker = await openBroker(meeting);
  try {
    const listed = await agentsIn(broker, new Sealer(meeting.key)).catch((error) =>
      Promise.reject(unreachable(meeting.url, messageOf(error))),
    );
    const table = {
      heading: ['name', 'version', 'workers', 'state'],
      words: ['version', 'workers', 'state'],
      rows: listed.map((agent) =>
        (agent === null
          ? ['?', '?', '?', 'has another cluster key']
          : [agent.name, agent.version, String(agent.workers), agent.state]
        ).map(visible),
      ),
    };
    // A file, or a program that reads it, gets whole names.
    const { isTTY, columns } = process.stdout;
    process.stdout.write(`${renderPlainTable(isTTY && columns ? namesFitted(table, columns) : table)}\n`);
    if (listed.length === 0) say(`there is no agent in pool ${meeting.pool}: start one with volley agent.`);
    return EXIT_CODES.ok;
  } finally {
    await broker.close();
  }
}

function agentOptionsFrom(parsed: Parsed, problems: string[]): ConstructorParameters<typeof Agent>[3] {
  const found = new Problems();
  const byDefault = Math.max(1, availableParallelism() - 1);
  const workers = found.count('workers', parsed.last('workers') ?? String(byDefault), 1, MOST_WORKERS) ?? 1;
  problems.push(...found.list.map(String));
  const rules = parsed.all('allow-target');
  if (rules.length === 0)
    problems.push(
      '--allow-target is missing: say where runs may send from here, for instance staging.example:443, *.staging.example:443 or 10.0.0.0/8:80-443.',
    );
  const allowed = rules.flatMap((text) => {
    const rule = parseAllowRule(text);
    if (rule === null)
      problems.push(
        `--allow-target ${quoted(text)}: give host:port, *.name:port, or a range of addresses such as 10.0.0.0/8:80-443.`,
      );
    return rule ?? [];
  });
  const mode = parsed.last('mode') ?? 'threads';
  const known = MODES.find((one) => one === mode);
  if (known === undefined) problems.push(choiceSentence('--mode', mode, MODES));
  const most = parsed.last('max-rate');
  const rate = most === undefined ? null : parseRate(most);
  if (most !== undefined && (rate === null || rate.requests <= 0))
    problems.push(`--max-rate ${quoted(most)}: give requests a second, such as 200, 50/s or 3000/m.`);
  const name = parsed.last('name') ?? `${hostname()}-${process.pid}`;
  if (name.trim() === '')
    problems.push(`--name ${quoted(name)}: give the agent a name, or leave the option out.`);
  return {
    name,
    workers,
    mode: known ?? 'threads',
    version: VERSION,
    allowed,
    mostPerSecond: rate === null ? null : (rate.requests * MS_PER_SECOND) / rate.periodMs,
    isCodeAllowed: parsed.flag('allow-code'),
    isOnce: parsed.flag('once'),
  };
}
