// Writes the tables of options in docs/cli.md from those of the commands; what the page adds to an option stays.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withOptionTables } from '../dist/src/main/cli/help/option-tables.js';

const path = fileURLToPath(new URL('../docs/cli.md', import.meta.url));
writeFileSync(path, withOptionTables(readFileSync(path, 'utf8')));
