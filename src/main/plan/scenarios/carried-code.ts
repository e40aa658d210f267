import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { fileOf, importedBy } from '../../../machine/load-module.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { CarriedCode, ScenarioCode } from '../../../protocol/scenario.ts';
import type { Supplies } from '../../../protocol/supplies.ts';
import type { TestDefinition } from '../../../protocol/test-definition.ts';
import { modulesIn } from './code-modules.ts';

const DESCRIPTION = 'package.json';

/**
 * What another machine needs to run the code of scenarios: their modules with all that these have imported, and the
 * rows that a module has itself. Nothing for scenarios that consist of steps alone.
 *
 * @param problems collects what cannot be sent, one sentence each
 */
export function carriedWith(
  code: ScenarioCode,
  { scenarios }: TestDefinition,
  isOfOne: boolean,
  problems: string[],
): Pick<Supplies, 'code' | 'scenarioItems'> {
  const modules = modulesIn(code);
  if (modules.length === 0) return {};
  const scenarioItems = Object.entries(scenarios).map(([name, { rows }]) => {
    if (rows?.source.type !== 'items') return null;
    try {
      serialize(rows.source.items);
    } catch (error) {
      problems.push(
        `${isOfOne ? '' : `scenarios.${name}.`}rows: agents cannot be sent these items (${messageOf(error)}): give plain data.`,
      );
    }
    return rows.source.items;
  });
  return { code: carried(modules), scenarioItems };
}

/** The files keep their places below the folder that all of them are in. */
function carried(modules: readonly string[]): CarriedCode {
  const entries = modules.map((url) => [url, fileURLToPath(fileOf(url))] as const);
  const imports = importedBy(modules.map(fileOf)).map(({ from, specifier, url }) => ({
    ...{ from: fileURLToPath(from), specifier, to: fileURLToPath(url) },
  }));
  const installed = new Set(
    imports.filter(({ to }) => to.endsWith('.node')).flatMap(({ to }) => packageOf(to) ?? []),
  );
  // Native code may not run elsewhere: the agent has to have such packages itself.
  const travels = (file: string): boolean => !installed.has(packageOf(file) ?? '');
  const sent = imports.filter(({ from, to }) => travels(from) && travels(to));
  const files = new Set([...entries.map(([, file]) => file), ...sent.map(({ to }) => to)]);
  for (const file of [...files]) {
    const folder = packageOf(file);
    // It says what kind of modules there are.
    if (folder !== null) files.add(join(folder, DESCRIPTION));
  }
  const root = commonFolder([...files]);
  const pathOf = (file: string): string => relative(root, file).split(sep).join('/');
  return {
    files: [...files].map((file) => [pathOf(file), readFileSync(file)]),
    modules: entries.map(([url, file]) => [url, pathOf(file)]),
    imports: sent.map(({ from, specifier, to }) => [pathOf(from), specifier, pathOf(to)]),
  };
}

/** The folder with the nearest package.json; null if there is none. */
function packageOf(file: string): string | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, DESCRIPTION))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

function commonFolder(files: readonly string[]): string {
  let [common = ''] = files.map(dirname);
  for (const file of files)
    while (relative(common, file).startsWith('..') && dirname(common) !== common) common = dirname(common);
  return common;
}
