// Writes the pages of the help that a test holds word by word (test/fixtures/help), from the same tables as the help.
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../dist/src/main/cli/commands.js';
import { helpPage } from '../dist/src/main/cli/help/pages.js';

const folder = fileURLToPath(new URL('../test/fixtures/help/', import.meta.url));

function topicOf(name) {
  if (name === 'nothing') return null;
  if (name in COMMANDS) return { of: 'command', command: COMMANDS[name] };
  return ['short', 'all', 'metrics'].includes(name) ? { of: name } : { of: 'group', group: name };
}

for (const file of readdirSync(folder)) {
  const [, name, columns] = /^(.+)-(\d+)\.txt$/.exec(file);
  writeFileSync(folder + file, helpPage(topicOf(name), Number(columns)));
}
