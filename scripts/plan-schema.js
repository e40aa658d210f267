// Writes the JSON Schema of plan files, for editors, from what volley itself checks them with.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { planJsonSchema } from '../dist/src/main/plan/plan-schema.js';

const path = fileURLToPath(new URL('../docs/plan.schema.json', import.meta.url));
writeFileSync(path, `${JSON.stringify(planJsonSchema(), null, 2)}\n`);
