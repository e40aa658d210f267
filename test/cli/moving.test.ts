import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { splitShellWords } from '../../src/main/plan/curl/shell-words.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const volley = useKeptProcess();
const PAGE = readFileSync(join(ROOT, 'docs/moving.md'), 'utf8');
const LINES = [...PAGE.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, block]) => block!.trim().split('\n'));
const OWN = LINES.filter((line) => line.startsWith('volley '));
/** Tools that a machine may have; their lines say small loads. */
const OTHERS = LINES.filter((line) => /^(wrk|ab|autocannon) /.test(line)).map(
  (line) => [line.split(' ')[0]!, line] as const,
);

function wordsOf(line: string, url: string): string[] {
  const { words } = splitShellWords(line.replaceAll('http://127.0.0.1:8080/', url), new Problems())!;
  return words.slice(1);
}

describe('what is said to those who come from other tools', () => {
  test('every option of volley in the tables is one', () => {
    const { options } = COMMANDS['run']!;
    const letters = new Set(Object.values(options).map(({ alias }) => alias));
    const rows = PAGE.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| for '));
    const cells = rows.map((row) => row.split(' | ')[1]!);
    expect(cells.length).toBeGreaterThan(25);
    const unknown = cells.flatMap((cell) =>
      [...cell.matchAll(/(?:^|[`\s])--?([a-z][a-z0-9-]*)/gi)]
        .map((match) => match[1]!)
        .filter((name) => !(name in options) && !letters.has(name)),
    );
    expect(unknown).toEqual([]);
  });

  test('each command can be run as it stands', async () => {
    const { url } = await startTarget();
    expect(OWN).toHaveLength(8);
    for (const line of OWN) {
      const { code, stdout, stderr } = await volley(...wordsOf(line, url), '--dry-run');
      expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' });
      expect(stdout).toContain('nothing is sent');
    }
  });

  test.each(OTHERS)('%s takes its line, where a machine has it', async (tool, line) => {
    const target = await startTarget();
    const child = spawn(tool, wordsOf(line, target.url), { stdio: 'ignore' });
    const [code] = (await once(child, 'close').catch(() => [null])) as [number | null];
    if (code === null) return;
    expect(code).toBe(0);
    expect(target.stats().requests).toBeGreaterThan(100);
  });
});
