import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const PLACE = /file:\/\/\/[^\s()?]+\.js(?:\?[^\s():]*)?:\d+:\d+/g;
const maps = new Map();

/** Makes an error, and what caused it, name places in the sources, not in what is compiled from them. */
export function showSources(error) {
  if (typeof error?.stack !== 'string') return;
  Reflect.set(error, 'stack', error.stack.replace(PLACE, sourceOf));
  showSources(error.cause);
}

function sourceOf(place) {
  const [, url, line, column] = /^(.*):(\d+):(\d+)$/.exec(place);
  const path = fileURLToPath(url);
  const { fileName, lineNumber, columnNumber } = mapOf(path)?.findOrigin(Number(line), Number(column)) ?? {};
  if (fileName === undefined) return `${path}:${line}:${column}`;
  return `${fileURLToPath(new URL(fileName, url))}:${lineNumber}:${columnNumber}`;
}

/** Null where a file has none. */
function mapOf(path) {
  if (!maps.has(path)) maps.set(path, readMap(`${path}.map`));
  return maps.get(path);
}

function readMap(path) {
  try {
    return new SourceMap(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
