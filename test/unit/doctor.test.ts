import { describe, expect, test } from '@jest/globals';
import { limitInReport } from '../../src/machine/open-file-limit.ts';
import { activityBetween, coreTimes } from '../../src/main/doctor/activity.ts';
import { interruptionsIn } from '../../src/main/doctor/clock-facts.ts';
import { coresIn, pairOf } from '../../src/main/doctor/core-pair.ts';
import { limitsOf, type MachineSource } from '../../src/main/doctor/machine-facts.ts';
import { renderDiagnosis } from '../../src/main/reporters/doctor-text.ts';
import { PLAIN_VIEW } from '../../src/main/reporters/view.ts';
import type { ClientFacts, Diagnosis } from '../../src/protocol/diagnosis.ts';
import { diagnosisWith, QUIET } from '../support/diagnosis.ts';

const UNSAID = { quotaCores: null, governor: null, ports: null, portsClosing: null, backlog: null };

/** A system that has these files, and programs that print this. */
const system = (
  platform: NodeJS.Platform,
  files: Readonly<Record<string, string>> = {},
  programs: Readonly<Record<string, string>> = {},
): MachineSource => ({
  platform,
  read: (path) => files[path] ?? '',
  ask: (program, ...words) => programs[[program, ...words].join(' ')] ?? '',
});

describe('what a machine says of itself', () => {
  test.each<[name: string, source: MachineSource, expected: Partial<typeof UNSAID> | object]>([
    ['Linux that says nothing', system('linux'), {}],
    [
      'Linux',
      system('linux', {
        '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
        '/proc/net/sockstat': 'sockets: used 116\nTCP: inuse 77 orphan 0 tw 16259 alloc 77 mem 0\n',
        '/proc/sys/net/core/somaxconn': '4096\n',
        '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
      }),
      { ports: { first: 32_768, last: 60_999 }, portsClosing: 16_259, backlog: 4_096, governor: 'powersave' },
    ],
    [
      'a container of cgroups 2, whose parent allows less',
      system('linux', {
        '/proc/self/cgroup': '0::/kube/pod/box\n',
        '/sys/fs/cgroup/kube/pod/box/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/kube/pod/cpu.max': '150000 100000\n',
        '/sys/fs/cgroup/kube/cpu.max': '400000 100000\n',
      }),
      { quotaCores: 1.5 },
    ],
    [
      'a container of cgroups 1',
      system('linux', {
        '/proc/self/cgroup': '3:cpuset:/\n2:cpu,cpuacct:/box\n',
        '/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us': '50000\n',
        '/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      }),
      { quotaCores: 0.5 },
    ],
    [
      'macOS',
      system(
        'darwin',
        {},
        {
          'sysctl -n net.inet.ip.portrange.first net.inet.ip.portrange.last': '49152\n65535\n',
          'sysctl -n kern.ipc.somaxconn': '128\n',
        },
      ),
      { ports: { first: 49_152, last: 65_535 }, backlog: 128 },
    ],
    [
      'Windows, in German',
      system(
        'win32',
        {},
        {
          'netsh int ipv4 show dynamicport tcp':
            '\r\nProtokoll tcp Dynamischer Portbereich\r\n-----\r\nStartport       : 49152\r\nAnzahl von Ports: 16384\r\n\r\n',
        },
      ),
      { ports: { first: 49_152, last: 65_535 } },
    ],
    ['a system that nobody has tried', system('sunos'), {}],
  ])('%s', (_name, source, expected) => {
    expect(limitsOf(source)).toEqual({ ...UNSAID, ...expected });
  });

  test('open files where there is no /proc: by the report of Node, which Windows has no limit in', () => {
    expect(limitInReport({ userLimits: { open_files: { soft: 10_240, hard: 'unlimited' } } })).toBe(10_240);
    expect(limitInReport({ userLimits: { open_files: { soft: 'unlimited' } } })).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(limitInReport({ header: {} })).toBe(Number.POSITIVE_INFINITY);
    expect(limitInReport(undefined)).toBe(Number.POSITIVE_INFINITY);
  });

  test('who else used the cores, and what was taken from all', () => {
    const source = system('linux', {
      '/proc/self/cgroup': '0::/box\n',
      '/proc/stat': 'cpu  100 0 50 800 10 5 5 30 7 7\ncpu0 1 2 3\n',
      '/sys/fs/cgroup/box/cpu.stat': 'usage_usec 9\nnr_periods 40\nnr_throttled 10\n',
    });
    const times = coreTimes(source);
    expect(times).toEqual({
      busyMs: expect.any(Number),
      stolenTicks: 30,
      allTicks: 1_000,
      periods: 40,
      throttled: 10,
    });
    const before = { busyMs: 1_000, stolenTicks: 0, allTicks: 0, periods: 20, throttled: 5 };
    expect(activityBetween(before, { ...times, busyMs: 2_500 }, 1_000, 300)).toEqual({
      othersCores: 1.2,
      stolenShare: 0.03,
      throttledShare: 0.25,
    });
    const silent = { busyMs: 0, stolenTicks: null, allTicks: null, periods: null, throttled: null };
    expect(coreTimes(system('darwin'))).toEqual({ ...silent, busyMs: expect.any(Number) });
    // What this process has used may be more than what the system has counted by then.
    expect(activityBetween(silent, silent, 1_000, 300)).toEqual({
      othersCores: 0,
      stolenShare: null,
      throttledShare: null,
    });
  });

  test('what interrupted a busy thread: nothing of its own collections', () => {
    const at = (fromMs: number, toMs: number) => ({ fromMs, toMs });
    const gaps = [at(10, 10.3), at(50, 52), at(80, 80.15)];
    expect(interruptionsIn(gaps, [], 100)).toEqual({
      takenAwayShare: expect.closeTo(0.0245, 6),
      longestAwayMs: 2,
    });
    // The first was one; so was a part of the second, whose rest is an interruption.
    expect(interruptionsIn(gaps, [at(10.05, 10.3), at(51.5, 53)], 100)).toEqual({
      takenAwayShare: expect.closeTo(0.0165, 6),
      longestAwayMs: 1.5,
    });
    expect(interruptionsIn(gaps, gaps, 100)).toEqual({ takenAwayShare: 0, longestAwayMs: 0 });
  });

  test('cores for server and volley: never two threads of one core where there is a choice', () => {
    expect(coresIn('0-3,8')).toEqual([0, 1, 2, 3, 8]);
    expect(coresIn('')).toEqual([]);
    const pairs = (core: number): number[] => [core - (core % 2), core - (core % 2) + 1];
    expect(pairOf([0, 1, 2, 3], pairs)).toEqual([0, 2]);
    expect(pairOf([2, 3], pairs)).toEqual([2, 3]);
    expect(pairOf([4, 5], () => [])).toEqual([4, 5]);
    expect(pairOf([7], pairs)).toBeNull();
  });
});

describe('what the doctor makes of it', () => {
  const { machine, activity, clock, clients } = QUIET;
  const [undici, wire] = clients;
  const [immediate, delay, stall] = undici.answers as unknown as ClientFacts['answers'];
  const withAnswer = (changed: object): ClientFacts[] => [
    { ...undici, answers: [immediate!, delay!, { ...stall!, ...changed }] },
    wire,
  ];

  test.each<[name: string, parts: Partial<Diagnosis>, codes: string[], exitCode: number]>([
    ['a quiet machine', {}, [], 0],
    ['a request that was not answered', { clients: withAnswer({ ok: 599 }) }, ['requests-lost'], 1],
    ['a request that never arrived', { clients: withAnswer({ arrived: 899 }) }, ['requests-lost'], 1],
    ['clocks that differ', { clients: withAnswer({ disordered: 1 }) }, ['stamps-disordered'], 1],
    ['a stall that is not seen', { clients: withAnswer({ measuredMs: 2 }) }, ['time-off'], 1],
    ['no figure', { clients: withAnswer({ measuredMs: Number.NaN }) }, ['time-off'], 1],
    ['others on two cores of eight', { activity: { ...activity, othersCores: 2 } }, [], 0],
    [
      'others on one core of two',
      { machine: { ...machine, cores: 2 }, activity: { ...activity, othersCores: 0.9 } },
      ['others-busy'],
      3,
    ],
    ['stolen time', { activity: { ...activity, stolenShare: 0.2 } }, ['time-stolen'], 3],
    ['a quota used up', { activity: { ...activity, throttledShare: 0.5 } }, ['quota-used-up'], 3],
    ['standstills', { clock: { ...clock, takenAwayShare: 0.1, longestAwayMs: 3 } }, ['stands-still'], 3],
    ['late timers', { timers: { p50: 0.1, p99: 8, max: 9 } }, ['timers-late'], 3],
    [
      'late starts',
      { clients: [undici, { ...wire, lateMs: { p50: 0, p99: 2, max: 2 } }] },
      ['starts-late'],
      3,
    ],
    ['one core', { machine: { ...machine, cores: 1 } }, ['one-core'], 0],
    ['half a core', { machine: { ...machine, quotaCores: 0.5 } }, ['small-quota'], 0],
    ['a governor that saves power', { machine: { ...machine, governor: 'powersave' } }, ['slow-governor'], 0],
    [
      'a slow and coarse clock',
      { clock: { ...clock, source: 'acpi_pm', readNanos: 900, stepNanos: 15_000_000 } },
      ['slow-clock', 'coarse-clock'],
      0,
    ],
    [
      'few open files',
      { machine: { ...machine, openFiles: 1_024, connections: 983 } },
      ['few-open-files'],
      0,
    ],
    [
      'few ports, most of them closing',
      { machine: { ...machine, ports: { first: 49_152, last: 65_535 }, portsClosing: 9_000 } },
      ['few-ports', 'ports-closing'],
      0,
    ],
    ['a short backlog', { machine: { ...machine, backlog: 128 } }, ['short-backlog'], 0],
    [
      'a system that says nothing',
      { machine: { ...machine, ...UNSAID, openFiles: null, connections: null } },
      [],
      0,
    ],
  ])('%s', (_name, parts, codes, exitCode) => {
    const diagnosis = diagnosisWith(parts);
    expect(diagnosis.findings.map(({ code }) => code)).toEqual(codes);
    expect(diagnosis.exitCode).toBe(exitCode);
  });

  test('in 80 columns, of a machine that is quiet', () => {
    expect(renderDiagnosis(diagnosisWith(), PLAIN_VIEW)).toBe(QUIET_TEXT);
  });

  test('in 120 columns, of a container on a busy machine where a stall was not seen', () => {
    const text = renderDiagnosis(
      diagnosisWith({
        machine: { ...machine, ...UNSAID, cores: 2, quotaCores: 1.5, openFiles: null, connections: null },
        activity: {
          ...activity,
          othersCores: 1,
          stolenShare: null,
          load: null,
          pressureShare: null,
          throttledShare: 0.5,
        },
        clock: { ...clock, source: null, takenAwayShare: 0.031, longestAwayMs: 4.2 },
        clients: withAnswer({ measuredMs: 2.1 }),
        pinnedTo: null,
      }),
      { ...PLAIN_VIEW, width: 120 },
    );
    expect(text).toBe(BUSY_TEXT);
  });

  test('no line is longer than the terminal is wide, at any width', () => {
    for (const width of [80, 100, 120])
      for (const parts of [{}, { clients: withAnswer({ measuredMs: Number.NaN, ok: 3, disordered: 4 }) }]) {
        const lines = renderDiagnosis(diagnosisWith(parts), { ...PLAIN_VIEW, width }).split('\n');
        expect(lines.filter((line) => line.length > width)).toEqual([]);
      }
  });
});

const QUIET_TEXT = `volley 1.2.3 doctor  linux x64, 8 cores (Model Z), Node 26.10.0

READY: every known answer came out. Latencies are right to within a tenth from
500 µs on, as p50.

                                  undici        wire
smallest latency to trust, p50    800 µs      500 µs
                           p99   2.40 ms     1.50 ms
added to each latency      p50   80.0 µs     50.0 µs
                           p99    240 µs      150 µs
                           max    720 µs      450 µs
starts late by             p50   12.0 µs     12.0 µs
                           p99    310 µs      310 µs
                           max    900 µs      900 µs
highest rate of one worker      18,400/s  ≥ 41,000/s

known answers                             undici     wire  the server says
✓ answers at once, service p50            100 µs   100 µs             0 µs
✓ answers after 10 ms, service p50       10.2 ms  10.2 ms          10.1 ms
✓ stands still for 100 ms, response p99  92.5 ms  92.5 ms          92.4 ms

cores      8; others use 0.02; stolen 0.0 %; load 0.1; pressure 0.1 %; server on
           0, volley on 1
clock      tsc, steps of 20 ns, a read takes 45 ns; a busy thread keeps its core
timers     of 1 ms come late by 80.0 µs (p50), 600 µs (p99), 1.20 ms (max)
open files 65,536, 65,000 of them for connections
ports      28,232 to each address (32768 to 60999); a server here lets
           4,096 wait

There is nothing to change.
`;

const BUSY_TEXT = `volley 1.2.3 doctor  linux x64, 2 cores (Model Z), Node 26.10.0

WRONG: a known answer did not come out. Do not trust what is measured here now.

                                  undici        wire
smallest latency to trust, p50    800 µs      500 µs
                           p99   2.40 ms     1.50 ms
added to each latency      p50   80.0 µs     50.0 µs
                           p99    240 µs      150 µs
                           max    720 µs      450 µs
starts late by             p50   12.0 µs     12.0 µs
                           p99    310 µs      310 µs
                           max    900 µs      900 µs
highest rate of one worker      18,400/s  ≥ 41,000/s

known answers                             undici     wire  the server says
✓ answers at once, service p50            100 µs   100 µs             0 µs
✓ answers after 10 ms, service p50       10.2 ms  10.2 ms          10.1 ms
✗ stands still for 100 ms, response p99  2.10 ms  92.5 ms          92.4 ms

cores      2, of which a quota allows 1.5; others use 1; quota used up in 50.0 % of the periods; server and volley not
           kept apart
clock      steps of 20 ns, a read takes 45 ns; a busy thread stood still for 3.1 %, 4.20 ms at the longest
timers     of 1 ms come late by 80.0 µs (p50), 600 µs (p99), 1.20 ms (max)
open files this system states no limit
ports      this system does not say

what to change
- undici measured 2.10 ms where it was 92.4 ms (a stall): a busy machine does not explain that. Please report it, with
  the output of -o json.
- Other programs keep 1 core of 2 busy: stop them, or measure elsewhere.
- The container used up its quota in 50.0 % of the periods, and stood still for the rest of each: raise its CPU limit.
- A thread that never waits stood still for 3.1 % of the time, for 4.20 ms at the longest: single latencies may be too
  long by as much. Stop other programs, or measure on a machine with cores of its own.
- This container may use 1.5 cores of 2: raise its CPU limit to two cores or more.
`;
