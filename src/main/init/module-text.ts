import { commentLine } from './written-text.ts';

/** A request of a module to be written. */
export interface DraftCall {
  readonly method: string;
  /** A path after `baseURL`, or a whole URL. */
  readonly url: string;
  /** Further parameters of the request, as `vu.http` takes them. */
  readonly params: Readonly<Record<string, unknown>>;
  /** One line each. */
  readonly remarks: readonly string[];
}

const INDENT = '  ';
const MOST_IN_LINE = 70;
const NAME = /^[A-Za-z_$][\w$]*$/;

/** Writes a module with one scenario that runs as it is. */
export function moduleText(heading: readonly string[], base: string, calls: readonly DraftCall[]): string {
  const lines = [
    ...heading.map((line) => `//${commentLine(line)}`),
    "import { scenario } from 'volley';",
    '',
    'const options = {',
    '  // Who starts iterations, and for how long; other executors: ramping-vus, constant-arrival-rate.',
    "  executor: 'constant-vus',",
    '  vus: 5,',
    "  duration: '30s',",
    '  // Paths are appended to it.',
    `  baseURL: ${text(base)},`,
    '  // The run exits with 1 unless these hold.',
    "  thresholds: ['error-rate<1%', 'iteration-errors<1%', 'checks>=99%'],",
    '} as const;',
    '',
    '// What one user does. A request that is not answered below 400 ends the iteration as failed.',
    'export default scenario(options, async (vu) => {',
    ...calls.flatMap((call, index) => callLines(call, index === 0)),
    '});',
  ];
  return `${lines.join('\n')}\n`;
}

function callLines({ method, url, params, remarks }: DraftCall, isFirst: boolean): string[] {
  const given = Object.keys(params).length === 0 ? '' : `, ${literal(params, 1)}`;
  const send = `vu.http.${method.toLowerCase()}(${text(url)}${given})`;
  const noted = remarks.map((line) => `${INDENT}//${commentLine(line)}`);
  if (!isFirst) return [`${INDENT}await vu.sleep('1s', '3s');`, ...noted, `${INDENT}await ${send};`];
  return [
    ...noted,
    `${INDENT}const answer = await ${send};`,
    `${INDENT}// Counted under checks; the iteration goes on. For a value in the next request: answer.pick('data.id').`,
    `${INDENT}vu.check(answer, { 'within a second': ({ timings }) => timings.service < 1000 });`,
  ];
}

/** Writes a value as code. */
function literal(value: unknown, depth: number): string {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const isArray = Array.isArray(value);
  const [open, close] = isArray ? ['[', ']'] : ['{ ', ' }'];
  const items = isArray
    ? value.map((item) => literal(item, depth + 1))
    : Object.entries(value).map(([name, item]) => `${nameText(name)}: ${literal(item, depth + 1)}`);
  if (items.length === 0) return isArray ? '[]' : '{}';
  const line = `${open}${items.join(', ')}${close}`;
  if (line.length <= MOST_IN_LINE && !line.includes('\n')) return line;
  const inner = INDENT.repeat(depth + 1);
  return `${open.trim()}\n${items.map((item) => `${inner}${item},\n`).join('')}${INDENT.repeat(depth)}${close.trim()}`;
}

function nameText(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return NAME.test(name) ? name : text(name);
}

/** Text in single quotes. */
function text(value: string): string {
  const quoted = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${quoted}'`;
}
