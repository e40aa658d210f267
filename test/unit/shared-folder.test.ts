import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { useFolder } from '../support/folder.ts';
import prepareForAll from '../support/global-setup.ts';
import removeFolder from '../support/global-teardown.ts';

const inFolder = useFolder();

test('the folder of all tests is removed once: ended a second time, nothing above it goes', () => {
  const outer = inFolder('outer');
  const temporary = join(outer, 'temporary');
  mkdirSync(temporary, { recursive: true });
  process.env['TMPDIR'] = temporary;
  prepareForAll();
  const made = process.env['TMPDIR'];
  expect([dirname(made), existsSync(made)]).toEqual([temporary, true]);
  // jest ends twice where it is told to stop at the first failure.
  for (const _time of ['first', 'second', 'third']) {
    removeFolder();
    expect([existsSync(made), existsSync(temporary), process.env['TMPDIR']]).toEqual([
      false,
      true,
      temporary,
    ]);
  }
});

test('a folder that nobody has made for the tests is not theirs to remove', () => {
  const outer = inFolder('others');
  const temporary = join(outer, 'mine');
  mkdirSync(temporary, { recursive: true });
  process.env['TMPDIR'] = temporary;
  removeFolder();
  expect([existsSync(temporary), basename(process.env['TMPDIR'])]).toEqual([true, 'mine']);
});
