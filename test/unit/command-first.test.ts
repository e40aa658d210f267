import { describe, expect, test } from '@jest/globals';
import { withCommandFirst } from '../../src/main/cli/command-first.ts';
import { COMMANDS } from '../../src/main/cli/commands.ts';

const commands = Object.values(COMMANDS);

function ordered(line: string): string {
  return withCommandFirst(line.split(' '), commands).join(' ');
}

describe('a command behind options', () => {
  test.each([
    ['-q run plan.yaml', 'run -q plan.yaml'],
    ['--step-summary compare a.json b.json', 'compare --step-summary a.json b.json'],
    ['-c 5 run plan.yaml', 'run -c 5 plan.yaml'],
    ['-c5 -d30s sweep http://x/', 'sweep -c5 -d30s http://x/'],
    ['--concurrency=5 --verbose batch rows.csv', 'batch --concurrency=5 --verbose rows.csv'],
    ['-kd 3s run plan.yaml', 'run -kd 3s plan.yaml'],
    ['-L modes http://x/', 'modes -L http://x/'],
    ['-L 3 modes http://x/', 'modes -L 3 http://x/'],
    ['-kL modes http://x/', 'modes -kL http://x/'],
    ['--nonsense run plan.yaml', 'run --nonsense plan.yaml'],
  ])('%s', (given, expected) => {
    expect(ordered(given)).toBe(expected);
  });

  test.each([
    ['a command in its place', 'run -q plan.yaml'],
    ['a URL', '-q http://run/ run'],
    ['a value that is named like a command', '-b run http://x/'],
    ['a value of stdin', '-D - http://x/'],
    ['a word behind --', '-q -- run'],
    ['options alone', '-q --verbose'],
  ])('%s stays as it is', (_, line) => {
    expect(ordered(line)).toBe(line);
  });
});
