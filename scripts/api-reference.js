// Writes docs/api.md, the reference of the library, from its declarations; needs a build.
// With --check it writes nothing, and exits with 1 where the page is not what the declarations say.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { declarationsOf } from './declarations.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const PAGE = path('../docs/api.md');
const INTRODUCTION = `# The library

\`import { run } from 'volley'\`: everything that volley exports, from its types. \`npm run docs:api\` writes this page.
Options have the meanings and defaults of the command line ([cli.md](cli.md)); the fields of the result are explained in
[metrics.md](metrics.md). Programs that use it: [examples](../examples/README.md).`;

const { exported, further } = declarationsOf(path('../dist/src/api/index.d.ts'));
const isFunction = ({ kind }) => kind === 'TSDeclareFunction';
const isValue = ({ kind }) => kind === 'VariableDeclaration' || kind === 'ClassDeclaration';
const sections = [
  ['Functions', exported.filter(isFunction)],
  ['Errors and codes', exported.filter(isValue)],
  ['Types', exported.filter((one) => !isFunction(one) && !isValue(one))],
  ['Types that those refer to', further],
];
const page = [INTRODUCTION, ...sections.map(sectionOf)].join('\n\n').concat('\n');

if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/api.md is not what the types say: npm run docs:api');
  process.exitCode = 1;
}

function sectionOf([heading, declarations]) {
  // By name: the order of exports and of files may change.
  const sorted = declarations.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [`## ${heading}`, ...sorted.map(entryOf)].join('\n\n');
}

function entryOf({ name, comment, text }) {
  const prose = comment
    .replace(/@throws VolleyError/g, 'Throws `VolleyError`:')
    .replace(/@param (\w+)/g, '`$1`:');
  const code = text.replaceAll(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
  return [`### ${name}`, ...(prose === '' ? [] : [prose]), `\`\`\`ts\n${code}\n\`\`\``].join('\n\n');
}
