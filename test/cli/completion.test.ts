import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { bashCompletion } from '../../src/main/cli/completion/bash.ts';
import { fishCompletion } from '../../src/main/cli/completion/fish.ts';
import { vocabulary } from '../../src/main/cli/completion/vocabulary.ts';
import { zshCompletion } from '../../src/main/cli/completion/zsh.ts';
import { ROOT } from '../support/cli.ts';

const runs = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
const NAMES = Object.values(COMMANDS).map(({ name }) => name);

/** What bash would offer for the words of a command line, of which the last is being typed; several at once. */
function offered(lines: readonly (readonly string[])[]): string[][] {
  const quoted = (word: string): string => `'${word}'`;
  const calls = lines.map(
    (words) =>
      `COMP_WORDS=(volley ${words.map(quoted).join(' ')}); COMP_CWORD=${words.length}; _volley; echo "\${COMPREPLY[*]}"`,
  );
  const script = `${bashCompletion(vocabulary(Object.values(COMMANDS)))}\n${calls.join('\n')}`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

describe('volley completion', () => {
  test('bash completes commands, options of a command, choices and files', () => {
    const cases: [words: string[], offers: string[]][] = [
      [['mode'], ['modes', 'models']],
      [['--mo'], ['--mode', '--model']],
      [
        ['--mode', ''],
        ['threads', 'processes', 'inline'],
      ],
      [['--mode', '=', 'thr'], ['threads']],
      [['modes', '--mo'], ['--model']],
      [['modes', '--mar'], ['--margin']],
      [['compare', '--fail-if', 's'], ['slower']],
      [['-c', ''], []],
      [['--urls', 'package.j'], ['package.json']],
      [['-D', 'READ'], ['README.md']],
      [['report', 'LICEN'], ['LICENSE']],
      [['completion', 'z'], ['zsh']],
      [['--help', 'met'], ['metrics']],
    ];
    expect(offered(cases.map(([words]) => words))).toEqual(cases.map(([, offers]) => offers));
    const [commands = [], options = []] = offered([[''], ['batch', '--']]);
    expect(commands.toSorted()).toEqual(NAMES.filter((name) => name !== '$0').toSorted());
    const batch = Object.keys(COMMANDS['batch']!.options).map((name) => `--${name}`);
    expect(options.toSorted()).toEqual([...new Set([...batch, '--help', '--version'])].toSorted());
  });

  (runs('fish') ? test : test.skip)('fish completes the same', () => {
    const script = `${fishCompletion(vocabulary(Object.values(COMMANDS)))}
complete -C 'volley modes --mar'
complete -C 'volley --mode '
complete -C 'volley completion z'`;
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const words = stdout.split('\n').map((line) => line.split('\t')[0]);
    expect(words).toEqual(['--margin', 'inline', 'processes', 'threads', 'zsh', '']);
  });

  (runs('zsh') ? test : test.skip)('zsh reads its script', () => {
    const { status, stderr } = spawnSync('zsh', ['-n'], {
      input: zshCompletion(vocabulary(Object.values(COMMANDS))),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
