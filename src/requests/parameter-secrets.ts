import { secretsInJson } from './data-secrets.ts';
import { isSecretUnder } from './secret-names.ts';

const HIDDEN = '…';
/** How often a URL within a URL may be encoded. */
const DEEPEST = 3;
const PASSWORD_IN_URL = /:\/\/[^\s/?#@:]*:([^\s/?#@]+)@/g;

/** The values in the path, the query and the fragment of a URL whose names call them secret, as written and decoded; none with a placeholder. */
export function secretsInQuery(url: string): string[] {
  return parametersIn(url).flatMap(({ secrets }) => secrets);
}

/** The same in a form, or in a query on its own. */
export function secretsInForm(text: string): string[] {
  return parametersOf(text, 0).flatMap(({ secrets }) => secrets);
}

/** A URL, or the beginning of one, without such values. */
export function withoutSecretsInQuery(url: string): string {
  return parametersIn(url)
    .map(({ before, value, secrets }) => before + (secrets.length > 0 ? HIDDEN : value))
    .join('');
}

interface Parameter {
  /** With what separates it from the one before, and its name. */
  readonly before: string;
  readonly value: string;
  /** Empty if its value may be shown. */
  readonly secrets: readonly string[];
}

/** All parts of a URL; those of the path that begin with `;` are parameters too, such as `;jsessionid=…`. */
function parametersIn(url: string): Parameter[] {
  const start = url.search(/[?#]/);
  const path = start < 0 ? url : url.slice(0, start);
  const inPath = path.includes(';') ? cutBefore(path, /[;/]/).map(pathPart) : [plain(path)];
  return start < 0 ? inPath : [...inPath, ...parametersOf(url.slice(start), 0)];
}

function pathPart(part: string): Parameter {
  return part.startsWith(';') ? parameterOf(part, 0) : plain(part);
}

function plain(text: string): Parameter {
  return { before: text, value: '', secrets: [] };
}

/**
 * The parameters of a text, and those of a URL or a form in one of their values, which is encoded once more.
 * A secret may have a `;`, which some servers take for the end of a parameter.
 */
function parametersOf(text: string, depth: number): Parameter[] {
  return cutBefore(text, separatorAt(depth)).flatMap((part) => {
    const whole = parameterOf(part, depth);
    if (whole.secrets.length > 0) return [whole];
    const parts = depth === 0 ? cutBefore(part, /;/) : [part];
    return parts.flatMap((one) => {
      const found = parameterOf(one, depth);
      if (found.secrets.length > 0 || depth === DEEPEST || !found.value.includes('%')) return [found];
      return [{ ...found, value: '' }, ...parametersOf(found.value, depth + 1)];
    });
  });
}

function separatorAt(depth: number): RegExp {
  return depth === 0 ? /[&?#]/ : new RegExp(`%(?:25){${depth - 1}}(?:26|3[fF]|23)`);
}

function parameterOf(part: string, depth: number): Parameter {
  const sign = (depth === 0 ? /=/ : new RegExp(`=|%(?:25){0,${depth - 1}}3[dD]`)).exec(part);
  const end = sign === null ? 0 : sign.index + sign[0].length;
  const before = part.slice(0, end);
  const value = part.slice(end);
  const name = (decodings(before, depth).at(-1) ?? '').replace(/^[&?#;]|=$/g, '');
  return { before, value, secrets: secretsUnder(name, value, depth) };
}

function secretsUnder(name: string, value: string, depth: number): readonly string[] {
  if (value.includes('{{')) return [];
  const forms = [value, ...decodings(value, depth)];
  if (name !== '' && isSecretUnder(name, forms.at(-1) ?? '', 'parameter')) return forms;
  const inside = decodings(value, DEEPEST).at(-1) ?? '';
  if (depth > 0 || name === '' || !/["@]/.test(inside)) return [];
  const passwords = Array.from(inside.matchAll(PASSWORD_IN_URL), ([, password = '']) => password);
  return [
    ...(/^[[{"]/.test(inside) ? secretsInJson(inside) : []),
    ...passwords.flatMap((one) => [one, decoded(one)]),
  ];
}

/** A text decoded once more than it is deep, step by step. */
function decodings(text: string, depth: number): string[] {
  const found: string[] = [];
  for (let left = text; found.length <= depth; found.push(left)) left = decoded(left);
  return found;
}

function cutBefore(text: string, separator: RegExp): string[] {
  return text.split(new RegExp(`(?=${separator.source})`));
}

/** A text of a query or a form, decoded; as it is if it cannot be. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
