// Writes the JSON Schema of plan files, for editors, from what volley itself checks them with, as `npm run lint` wants it.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { planJsonSchema } from '../dist/src/main/plan/plan-json-schema.js';

const path = fileURLToPath(new URL('../docs/plan.schema.json', import.meta.url));
const biome = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url));
writeFileSync(path, `${JSON.stringify(planJsonSchema(), null, 2)}\n`);
execFileSync(process.execPath, [biome, 'format', '--write', path], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
