// Writes the manual page from the same tables as the help.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { manualPage } from '../dist/src/main/cli/help/manual.js';

const path = fileURLToPath(new URL('../man/volley.1', import.meta.url));
mkdirSync(new URL('../man/', import.meta.url), { recursive: true });
writeFileSync(path, manualPage());
