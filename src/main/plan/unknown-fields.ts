import { meantOrOneOf } from '../text/nearest.ts';
import { quoted } from '../text/quoted.ts';
import { FLOW_FIELDS } from './flows/flow-schema.ts';
import { whereSaid } from './machine-options.ts';
import { MIX_ENTRY, PLAN, PRESET_ENTRY } from './plan-schema.ts';

/** The fields of the whole plan, of a request of its mix, or of a preset. */
export function fieldsAt([first]: readonly PropertyKey[]): readonly string[] {
  if (first === 'presets') return Object.keys(PRESET_ENTRY.shape);
  return Object.keys(first === undefined ? PLAN.shape : MIX_ENTRY.shape);
}

/** What follows each unknown field of one level. All fields of the level are listed once: there are some ninety. */
export function adviceOnFields(keys: readonly string[], path: readonly PropertyKey[]): readonly string[] {
  let isListed = false;
  return keys.map((key) => {
    const advice = whereElse(key, path);
    if (!advice.startsWith('choose from')) return `: ${advice}`;
    if (isListed) return ' either.';
    isListed = true;
    return `: ${advice}`;
  });
}

/** A sentence for a file of another kind, which is mistaken for a plan; null if it may be one. */
export function otherThanPlan(data: unknown, file: string): string | null {
  if (typeof data !== 'object' || data === null) return null;
  if ('swagger' in data)
    return `${quoted(file)} describes an API and is not a plan: turn it into OpenAPI 3, from which volley init --openapi writes one.`;
  if ('openapi' in data)
    return `${quoted(file)} describes an API and is not a plan: volley init --openapi ${file} writes one from it.`;
  if ('config' in data && isOfArtillery(data.config))
    return `${quoted(file)} is a test of artillery and not a plan: docs/moving.md has what its phases and scenarios are here.`;
  if ('tool' in data && 'schemaVersion' in data)
    return `${quoted(file)} is a result and not a plan: volley report ${file} shows it.`;
  if ('info' in data && /postman/i.test(JSON.stringify(data.info)))
    return `${quoted(file)} is a collection of Postman and not a plan: docs/plans.md shows how its requests are written here.`;
  const log = 'log' in data ? data.log : null;
  if (typeof log === 'object' && log !== null && 'entries' in log)
    return `${quoted(file)} is a recording and not a plan: --har ${file} sends what it has recorded.`;
  return null;
}

function isOfArtillery(config: unknown): boolean {
  return typeof config === 'object' && config !== null && ('phases' in config || 'target' in config);
}

/** What files of other kinds are, by how their names end. */
const OTHER_KINDS: readonly [end: RegExp, sentence: (file: string) => string][] = [
  [
    /\.py$/i,
    () =>
      "is a script in Python, such as locust's, and not a plan: docs/moving.md has what its tasks are here.",
  ],
  [
    /\.lua$/i,
    () => "is a script in Lua, such as wrk's, and not a plan: docs/moving.md has what it does in volley.",
  ],
  [
    /\.jmx$/i,
    () => 'is a test of JMeter and not a plan: docs/plans.md shows how its requests are written here.',
  ],
  [
    /\.(csv|tsv|jsonl|ndjson)$/i,
    (file) => `has rows and is not a plan: volley batch ${file} URL sends a request for each.`,
  ],
  [
    /\.html?$/i,
    (file) => `is a page and not a plan: volley report ${file} shows a result that volley has written.`,
  ],
];

/** A sentence for a file whose name says that it is of another kind; null if it may be a plan. */
export function otherByName(file: string): string | null {
  const [, sentence] = OTHER_KINDS.find(([end]) => end.test(file)) ?? [];
  return sentence === undefined ? null : `${quoted(file)} ${sentence(file)}`;
}

/** Advice on a field that is unknown at its level: a typo, or one that belongs to the other level. */
function whereElse(key: string, path: readonly PropertyKey[]): string {
  const here = fieldsAt(path);
  if (path[0] === 'presets') return meantOrOneOf(key, here);
  const isOfAll = path.length === 0;
  const elsewhere = Object.keys(isOfAll ? MIX_ENTRY.shape : PLAN.shape);
  if (elsewhere.includes(key))
    return isOfAll ? 'it belongs in each request of mix.' : 'it belongs to the whole plan, next to mix.';
  if (isOfAll && FLOW_FIELDS.includes(key)) return 'it belongs to scenarios, which this plan does not have.';
  return (isOfAll ? whereSaid(key) : null) ?? meantOrOneOf(key, here);
}
