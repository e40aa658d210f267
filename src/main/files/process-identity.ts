import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../../protocol/errors.ts';

/** Field 22 of /proc/<pid>/stat, counted after the name, which may contain blanks and parentheses. */
const START_TIME_AT = 19;
const ENDED: ReadonlySet<string> = new Set(['Z', 'X']);
const ENDED_START = 'ended';

/** Identifies a process, so that a later one with the same pid is not taken for it. */
export interface Owner {
  readonly pid: number;
  /** Start time in ticks since boot; empty if the system does not report it. */
  readonly started: string;
  /** Boot and process namespace, within which the pid is valid. */
  readonly machine: string;
}

export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, started: (await startOf(process.pid)) ?? '', machine: await machineOf() };
}

/** Null if it cannot be determined from here: another machine or another container. */
export async function isRunning(owner: Owner & { readonly host: string }): Promise<boolean | null> {
  const here = await machineOf();
  if (owner.machine !== here) {
    // The same machine after a restart: no process from before is running.
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
    // Another user's process exists too.
    return codeOf(error) !== 'ESRCH';
  }
}

/** Null if the system does not report it. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie, which has ended and waits for its parent, is not running.
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
