// Makes the scripts of pages shorter, since every page holds them: page.js becomes page.min.js beside it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'rolldown/utils';

const COMPILED = fileURLToPath(new URL('../dist/src/main/reporters/html/browser/', import.meta.url));

for (const name of readdirSync(COMPILED)) {
  if (!name.endsWith('.js') || name.endsWith('.min.js')) continue;
  const { code, errors } = minifySync(name, readFileSync(COMPILED + name, 'utf8'));
  if (errors.length > 0) throw new Error(`${name} cannot be made shorter: ${errors[0].message}`);
  writeFileSync(COMPILED + name.replace(/\.js$/, '.min.js'), code);
}
