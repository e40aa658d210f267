import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { moduleFileFor } from '../../src/main/init/module-file.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

test.each([
  ['{"type":"commonjs"}', 'scenario.mts'],
  ['{"type":"module"}', 'scenario.ts'],
  ['{"repository":{"type":"commonjs"}}', 'scenario.ts'],
  ['{"type":', 'scenario.ts'],
])('in and below a package that says %s, a new module is %s', (text, name) => {
  const path = inFolder('package.json');
  writeFileSync(path, text);
  const below = inFolder('load');
  mkdirSync(below, { recursive: true });
  expect([dirname(path), below].map((folder) => moduleFileFor('scenario.ts', folder))).toEqual([name, name]);
});
