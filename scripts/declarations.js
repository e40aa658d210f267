import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from '@babel/parser';

/** What an entry file exports, and the types that those refer to; each with kind, name, comment and declaration. */
export function declarationsOf(entry) {
  const exported = exportsOf(entry).map(({ name, file }) => found(file, name));
  const further = [];
  const seen = new Set(exported.map(({ name }) => name));
  for (const { file, references } of concat(exported, further)) {
    for (const name of references) {
      const origin = file.declared.has(name) ? { file: file.path, name } : file.imported.get(name);
      // A name of the language or of Node, or one that has been met.
      if (origin === undefined || seen.has(origin.name)) continue;
      seen.add(origin.name);
      further.push(found(origin.file, origin.name));
    }
  }
  return { exported, further };
}

/** Walks the second list too, which grows meanwhile. */
function* concat(first, growing) {
  yield* first;
  for (let index = 0; index < growing.length; index++) yield growing[index];
}

function exportsOf(entry) {
  return parsed(entry).program.body.flatMap((node) =>
    node.specifiers.map(({ exported }) => ({
      name: exported.name,
      file: declarationFile(entry, node.source.value),
    })),
  );
}

const files = new Map();

function found(path, name) {
  const file = files.get(path) ?? fileOf(path);
  files.set(path, file);
  const declared = file.declared.get(name);
  if (declared === undefined) throw new Error(`${path} declares no ${name}`);
  return { name, file, ...declared };
}

function fileOf(path) {
  const text = readFileSync(path, 'utf8');
  const declared = new Map();
  const imported = new Map();
  for (const node of parsed(path).program.body) {
    if (node.type === 'ImportDeclaration' && node.source.value.startsWith('.')) {
      for (const { local, imported: original } of node.specifiers) {
        imported.set(local.name, { name: original.name, file: declarationFile(path, node.source.value) });
      }
    }
    // What is not exported may be referred to as well.
    const isOwn = /^TS|^(Variable|Class)Declaration$/.test(node.type);
    const declaration = node.declaration ?? (isOwn ? node : null);
    if (declaration === null) continue;
    const name = (declaration.id ?? declaration.declarations?.[0].id)?.name;
    if (name === undefined) continue;
    // The comment of several signatures is that of the first.
    const first = declared.get(name);
    const own = text.slice(declaration.start, declaration.end).replace(/^declare /, '');
    declared.set(name, {
      kind: declaration.type,
      comment: first?.comment ?? commentOf(node),
      text: first === undefined ? own : `${first.text}\n${own}`,
      references: referencesIn(declaration, first?.references),
    });
  }
  return { path, declared, imported };
}

const parsed = (path) =>
  parse(readFileSync(path, 'utf8'), {
    sourceType: 'module',
    attachComment: true,
    plugins: [['typescript', { dts: true }]],
  });

const declarationFile = (from, specifier) => join(dirname(from), specifier).replace(/\.ts$/, '.d.ts');

function commentOf({ leadingComments = [] }) {
  const last = leadingComments.at(-1);
  if (last?.type !== 'CommentBlock') return '';
  return last.value
    .replace(/^\*+/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** Names of types, wherever they stand in a declaration. */
function referencesIn(node, names = new Set()) {
  if (Array.isArray(node)) {
    for (const element of node) referencesIn(element, names);
  } else if (typeof node?.type === 'string') {
    const reference = node.typeName ?? node.exprName ?? (node.typeParameters && node.expression);
    if (reference?.type === 'Identifier') names.add(reference.name);
    if (/Heritage|WithTypeArguments/.test(node.type) && node.expression.type === 'Identifier')
      names.add(node.expression.name);
    for (const [key, child] of Object.entries(node)) {
      if (!/[cC]omments$|^loc$/.test(key)) referencesIn(child, names);
    }
  }
  return names;
}
