import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { MachineFacts } from '../../protocol/diagnosis.ts';
import { openFilesFor } from '../plan/open-files.ts';

/** Source of facts about a machine; tests replace it to imitate other systems. */
export interface MachineSource {
  readonly platform: NodeJS.Platform;
  /** Content of a system file; empty without one. */
  read(path: string): string;
  /** Output of a program; empty if there is no such program. */
  ask(program: string, ...words: string[]): string;
}

export const THIS_MACHINE: MachineSource = {
  platform: process.platform,
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  },
  ask: (program, ...words) => {
    try {
      return execFileSync(program, words, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 2_000,
      });
    } catch {
      return '';
    }
  },
};

/** The resources this machine has for a run. */
export function machineFacts(source: MachineSource = THIS_MACHINE): MachineFacts {
  const cores = availableParallelism();
  const { limit, connections } = openFilesFor('threads', Math.max(1, cores - 1));
  return {
    cores,
    cpuModel: cpus()[0]?.model ?? '',
    openFiles: Number.isFinite(limit) ? limit : null,
    connections: Number.isFinite(connections) ? connections : null,
    ...limitsOf(source),
  };
}

/** Facts from the operating system, as far as available. */
export function limitsOf(
  source: MachineSource,
): Pick<MachineFacts, 'quotaCores' | 'governor' | 'ports' | 'portsClosing' | 'backlog'> {
  switch (source.platform) {
    case 'linux':
      return {
        quotaCores: quotaOf(source),
        governor: source.read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor').trim() || null,
        ports: portsIn(source.read('/proc/sys/net/ipv4/ip_local_port_range')),
        portsClosing: numberIn(/^TCP:.* tw (\d+)/m, source.read('/proc/net/sockstat')),
        backlog: numberIn(/(\d+)/, source.read('/proc/sys/net/core/somaxconn')),
      };
    case 'darwin': {
      const range = ['net.inet.ip.portrange.first', 'net.inet.ip.portrange.last'];
      return {
        ...NOTHING_SAID,
        ports: portsIn(source.ask('sysctl', '-n', ...range)),
        backlog: numberIn(/(\d+)/, source.ask('sysctl', '-n', 'kern.ipc.somaxconn')),
      };
    }
    case 'win32': {
      // Two numbers, whatever the language of Windows: the first port, and the count.
      const [first, count] = [
        ...source.ask('netsh', 'int', 'ipv4', 'show', 'dynamicport', 'tcp').matchAll(/:\s*(\d+)\s*$/gm),
      ].map(([, figure]) => Number(figure));
      return {
        ...NOTHING_SAID,
        ports: first === undefined || count === undefined ? null : { first, last: first + count - 1 },
      };
    }
    default:
      return NOTHING_SAID;
  }
}

const NOTHING_SAID = { quotaCores: null, governor: null, ports: null, portsClosing: null, backlog: null };

/** The tightest quota of this process's cgroups, in cores; null without one. */
function quotaOf({ read }: MachineSource): number | null {
  const quotas = cgroupFolders(read('/proc/self/cgroup')).map((folder) => {
    const [limit, period] = read(`${folder}/cpu.max`).split(' ');
    const older = [read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)];
    const [quotaMicros, periodMicros] = period === undefined ? older : [limit, period];
    return Number(quotaMicros) / Number(periodMicros);
  });
  const limits = quotas.filter((quota) => Number.isFinite(quota) && quota > 0);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** The folders of a process's cgroups and their parents, for both versions of cgroups. */
export function cgroupFolders(cgroup: string): string[] {
  const paths = cgroup.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') return upwards('/sys/fs/cgroup', path);
    return controllers?.split(',').includes('cpu') === true
      ? [`/sys/fs/cgroup/cpu`, `/sys/fs/cgroup/${controllers}`].flatMap((root) => upwards(root, path))
      : [];
  });
  return [...new Set(paths)];
}

function upwards(root: string, path: string): string[] {
  const names = path.split('/').filter(Boolean);
  return Array.from({ length: names.length + 1 }, (_, above) =>
    [root, ...names.slice(0, names.length - above)].join('/'),
  );
}

function portsIn(text: string): MachineFacts['ports'] {
  const [first, last] = text.match(/\d+/g)?.map(Number) ?? [];
  return first === undefined || last === undefined ? null : { first, last };
}

function numberIn(pattern: RegExp, text: string): number | null {
  const figure = pattern.exec(text)?.[1];
  return figure === undefined ? null : Number(figure);
}
