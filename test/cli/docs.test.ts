import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as library from '../../src/api/index.ts';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { EXIT_CODE_ORDER } from '../../src/main/cli/help/exit-codes.ts';
import { withOptionTables } from '../../src/main/cli/help/option-tables.ts';
import { termOf } from '../../src/main/cli/help/option-terms.ts';
import { renderPrometheus } from '../../src/main/reporters/prometheus.ts';
import { fewestFor, parsePercentile } from '../../src/metrics/percentile-rank.ts';
import type { Comparison } from '../../src/protocol/comparison.ts';
import { OUTCOMES } from '../../src/protocol/report.ts';
import { FAULTS } from '../../src/target/faults.ts';
import { FRAMING_FAULTS } from '../../src/target/framing-faults.ts';
import { REFUSALS } from '../../src/workers/clients/wire/http1/refusal.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { streamed } from '../support/parts.ts';
import { LATENCY, MIX, summaryWith } from '../support/summary.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const { ERROR_CODES, EXIT_CODES, run } = library;
const startTarget = useTargets();
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const CLI = read('docs/cli.md');
const METRICS = read('docs/metrics.md');

/** The code in the first cell of each row of the table under a heading. */
function firstCells(text: string, heading: string): string[] {
  const section = text.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((line) => line.split('|')[1]!.trim());
}

/** Long names of the options in the first cells. */
const optionsIn = (cells: readonly string[]): string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/--([a-z0-9-]+)/g)].map((match) => match[1]!));

describe('the documents and the program agree on', () => {
  test('every table of options (else: npm run docs:options)', () => {
    expect(withOptionTables(CLI)).toBe(CLI);
    const changed = CLI.replace(/Requests in total[^|]*/, 'Something else<br>A remark. ').replace(
      /^.*--seed N.*\n/m,
      '',
    );
    expect(changed).not.toBe(CLI);
    const mended = withOptionTables(changed);
    expect(mended).toContain(`| Requests in total: 500, 10k, 2m<br>A remark. |`);
    expect(mended).toContain('| `--seed N` | Seed for everything random | random, and printed |');
  });

  test('the options of a run, with their letters', () => {
    const cells = firstCells(CLI, 'Options of a run');
    expect(optionsIn(cells)).toEqual(Object.keys(COMMANDS['run']!.options));
    const terms = Object.entries(COMMANDS['run']!.table).map(([name, entry]) => `\`${termOf(name, entry)}\``);
    expect(cells).toEqual(terms);
  });

  test.each(['modes', 'compare', 'sweep'])('the options of %s that a run has not', (name) => {
    const run = COMMANDS['run']!.options;
    const documented = optionsIn(firstCells(CLI, `Options of \`volley ${name}\``));
    const own = Object.keys(COMMANDS[name]!.options).filter((option) => !(option in run));
    expect(documented.filter((option) => !(option in run))).toEqual(own);
    expect(
      documented.filter((option) => option in run).every((option) => option in COMMANDS[name]!.options),
    ).toBe(true);
    const left = Object.keys(run).filter((option) => !(option in COMMANDS[name]!.options));
    const ofOneRun = [
      'abort-on',
      'agents',
      'baseline',
      'broker',
      'cluster-key-file',
      'join-timeout',
      'max-lost',
      'min-agents',
      'pool',
      'dry-run',
      'live',
      'iterations',
      'once',
      'only',
      'otlp',
      'repeat',
      'samples',
      'speed',
      'trace',
      'vus',
    ];
    const besides: Readonly<Record<string, readonly string[]>> = {
      modes: ['mode', 'fail-if', 'threshold'],
      compare: ['on-port', 'threshold'],
      sweep: ['on-port', 'every', 'stages', 'fail-if', 'save'],
    };
    expect(left.sort()).toEqual([...(besides[name] ?? []), ...ofOneRun].sort());
  });

  test('the options of batch', () => {
    const run = COMMANDS['run']!.table;
    const documented = optionsIn(firstCells(CLI, 'Options of `volley batch`'));
    const own = Object.entries(COMMANDS['batch']!.table).filter(
      ([option, entry]) => entry !== run[option] || entry.differs?.batch !== undefined,
    );
    expect([...documented].sort()).toEqual(own.map(([option]) => option).sort());
  });

  test('the fields of a batch in JSON', async () => {
    const target = await startTarget();
    const rows = join(ROOT, 'test/fixtures/two-rows.csv');
    const { stderr } = await volley('batch', rows, `${target.url}{{path}}`, '-o', 'json');
    const text = read('docs/batch.md');
    const fields = Object.keys((JSON.parse(stderr) as { rows: object }).rows);
    expect(fields.filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
  });

  test('the fields of a comparison', async () => {
    const target = await startTarget();
    const { stdout, stderr } = await volley(
      'modes',
      target.url,
      '--rounds',
      '2',
      '-n',
      '4',
      '-c',
      '1',
      '-w',
      '1',
      '-o',
      'json',
      '-q',
    );
    // Nobody measures for nothing without having been told.
    expect(stderr).toMatch(
      /^volley: 2 rounds of 4 arms cannot show a difference, .* at least 7 \(--rounds 7\)\.\n/,
    );
    expect(stderr).not.toMatch(/round 1 of 2|runs/);
    const text = read('docs/comparing.md');
    const { arms, ...rest } = JSON.parse(stdout) as Comparison;
    const [{ rounds: _rounds, ...arm }, pair] = [arms[0]!, rest.pairs[0]!];
    const names = [
      rest,
      arm,
      arms[0]!.rounds[0]!.cost,
      pair,
      pair.figures.throughput!,
      arm.figures.p50!,
    ].flatMap((part) => Object.keys(part));
    expect([...new Set(names)].filter((field) => !text.includes(`\`${field}\``))).toEqual([]);
  });

  test.each(['init', 'demo', 'serve', 'doctor', 'runs', 'agent'])('the options of %s', (name) => {
    expect(optionsIn(firstCells(CLI, `Options of \`volley ${name}\``))).toEqual(
      Object.keys(COMMANDS[name]!.options),
    );
  });

  test('the commands', () => {
    for (const { name } of Object.values(COMMANDS).filter((command) => command.name !== '$0'))
      expect(CLI).toContain(`volley ${name} `);
  });

  test.each([
    ['compare', '--margin', ['3%', '5%']],
    ['serve', '--port', ['0', '1']],
  ])('options of %s being given once', async (command, option, values) => {
    const { code, stderr } = await volley(command, ...values.flatMap((value) => [option, value]));
    expect(code).toBe(2);
    expect(stderr).toContain(`${option} was given 2 times ('${values.join("', '")}'): give it once.`);
  });

  test('why wire refuses an answer', () => {
    const codes = firstCells(read('docs/clients.md'), 'What wire refuses besides');
    expect(codes.map((cell) => cell.replaceAll('`', ''))).toEqual(Object.keys(REFUSALS));
  });

  test('the exit codes', () => {
    expect(firstCells(CLI, 'Exit codes').map(Number)).toEqual(Object.values(EXIT_CODES));
    const readme = firstCells(read('README.md'), 'Exit codes').map(Number);
    expect(readme).toEqual(Object.values(EXIT_CODES));
    const [, order] = CLI.split('\n## Exit codes\n');
    expect(order).toContain(`\n${EXIT_CODE_ORDER}\n`);
    expect(read('README.md')).toContain(`\n${EXIT_CODE_ORDER}\n`);
  });

  test('how many values a percentile takes', () => {
    const takes = ['90', '95', '99', '99.9'].map((label) => {
      const fewest = fewestFor(parsePercentile(label)!);
      return `p${label} ${fewest.toLocaleString('en')}`;
    });
    for (const page of ['docs/metrics.md', 'docs/scenarios.md'])
      expect(read(page).replaceAll(/\s+/g, ' ').replaceAll('takes ', '')).toContain(takes.join(', '));
  });

  test('the error codes', () => {
    expect(firstCells(CLI, 'Errors').map((cell) => cell.replaceAll('`', ''))).toEqual(
      Object.values(ERROR_CODES),
    );
  });

  test('the kinds of failure', () => {
    const kinds = OUTCOMES.filter(
      (outcome) => !['ok', 'unfinished', 'dropped', 'cancelled'].includes(outcome),
    );
    const documented = firstCells(METRICS, 'Times of one request').map((cell) => cell.replaceAll('`', ''));
    expect(documented.filter((cell) => (kinds as string[]).includes(cell))).toEqual(kinds);
  });

  test('the fields of the JSON result', async () => {
    const target = await startTarget();
    const summary = await run({
      url: `${target.url}status/500`,
      requests: 4,
      concurrency: 1,
      mode: 'inline',
    });
    const missing = fieldsOf(summary).filter((field) => !isDocumented(field));
    expect(missing).toEqual([]);
  });

  test('where the recipe for a debugger stops: where a request is recorded', () => {
    const recipe = [...read('CONTRIBUTING.md').matchAll(/setBreakpoint\('record\/recorder\.js', (\d+)\)/g)];
    const lines = read('dist/src/workers/record/recorder.js').split('\n');
    const from = lines.findIndex((line) => /^ {4}add\(/.test(line));
    const to = lines.findIndex((line, index) => index > from && line === '    }');
    expect(recipe).toHaveLength(2);
    for (const [, line] of recipe) {
      expect(Number(line) - 1).toBeGreaterThan(from);
      expect(Number(line) - 1).toBeLessThan(to);
    }
  });

  test('the metrics of the form for Prometheus', () => {
    const text = renderPrometheus(
      summaryWith({
        rate: { ...summaryWith().rate, targetPerSecond: 1 },
        mix: MIX,
        streams: streamed(LATENCY),
      }),
    );
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!);
    const documented = [...METRICS.matchAll(/`(volley_[a-z_]+)`/g)].map((match) => match[1]!);
    const rare = ['volley_errors_total', 'volley_threshold_ok'];
    expect(documented.toSorted()).toEqual([...names, ...rare].toSorted());
  });

  test('the library, whose page is written from its types', () => {
    const script = join(ROOT, 'scripts/api-reference.js');
    const { stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const page = read('docs/api.md');
    for (const name of [...Object.keys(library), 'RunOptions', 'Summary'])
      expect(page).toContain(`### ${name}\n`);
  });

  test('the faults of the reference server', () => {
    const [, ofHttp1 = '', ofFraming = ''] = read('docs/reference-server.md').split('| fault |');
    const names = (table: string): string[] =>
      [...table.matchAll(/^\|((?: `[a-z-]+`,?)+) \|/gm)].flatMap((row) => row[1]!.match(/[a-z-]+/g)!);
    expect(names(ofHttp1)).toEqual(Object.keys(FAULTS));
    expect(names(ofFraming)).toEqual(Object.keys(FRAMING_FAULTS));
  });
});

/** Paths of all fields; members of lists, of tables by status or percentile, and figures of a code are not fields of their own. */
function fieldsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const path = prefix + name;
    const element: unknown = Array.isArray(member) ? member[0] : member;
    if (
      ['statuses', 'percentiles', 'atLeast', 'intervals', 'figures', 'failures'].includes(name) ||
      typeof element !== 'object' ||
      element === null
    )
      return [path];
    return fieldsOf(element, `${path}.`);
  });
}

function isDocumented(field: string): boolean {
  const rows = METRICS.split('## The JSON result')[1]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  if (rows.some((row) => row.includes(`\`${field}\``))) return true;
  // Members of a list or of a latency stand by their own names in the row of what they belong to.
  const parts = field.split('.');
  const name = parts.at(-1)!;
  const owner = parts.slice(0, -1).join('.');
  const counts = ['scheduled', 'sent', 'ok', 'failed', 'unfinished', 'dropped', 'notStarted', 'retried'];
  if (owner === 'workers' && counts.includes(name)) return METRICS.includes('its own counts');
  return rows.some((row) => row.includes(`\`${owner}\``) && row.includes(`\`${name}\``));
}
