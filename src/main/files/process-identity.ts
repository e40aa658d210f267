import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../../protocol/errors.ts';

/** Field 22 of /proc/<pid>/stat, counted behind the name, which may have blanks and brackets in it. */
const START_TIME_AT = 19;
const ENDED: ReadonlySet<string> = new Set(['Z', 'X']);
const ENDED_START = 'ended';

/** A process, so that another one with its number is not taken for it. */
export interface Owner {
  readonly pid: number;
  /** Its start, in ticks since boot; empty where the system does not say. */
  readonly started: string;
  /** Boot and process namespace: where its number means anything. */
  readonly machine: string;
}

export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, started: (await startOf(process.pid)) ?? '', machine: await machineOf() };
}

/** Null where it cannot be known from here: another machine, or another container. */
export async function isRunning(owner: Owner & { readonly host: string }): Promise<boolean | null> {
  const here = await machineOf();
  if (owner.machine !== here) {
    // The same machine after a restart: nothing of before runs on.
    const isRestarted = owner.host === hostname() && bootOf(owner.machine) !== bootOf(here);
    return isRestarted ? false : null;
  }
  if (here === '' && owner.host !== hostname()) return null;
  if (!exists(owner.pid)) return false;
  const started = await startOf(owner.pid);
  return owner.started === '' || started === null || started === owner.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one.
    return codeOf(error) !== 'ESRCH';
  }
}

/** Null where the system does not say. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // What has ended and waits for its parent to ask runs no more.
  return ENDED.has(fields[0] ?? '') ? ENDED_START : (fields[START_TIME_AT] ?? null);
}

async function machineOf(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  if (boot === '') return '';
  return `${boot.trim()} ${await readlink('/proc/self/ns/pid').catch(() => '')}`;
}

function bootOf(machine: string): string {
  return machine.split(' ', 1)[0] ?? '';
}
