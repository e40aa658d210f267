import type { z } from 'zod';
import { METRIC_KINDS, ROW_DEALS } from '../../../protocol/scenario-words.ts';
import { nearestTo } from '../../text/nearest.ts';
import { FLOW_FIELDS, SCENARIO_FIELDS, STREAMS_FIELDS } from './flow-schema.ts';
import { isFields } from './written-fields.ts';

type Issue = z.core.$ZodIssue;
type Open = Record<string, unknown>;

/** Fields that set names which the rest of the plan may use. */
const NAMING = ['rows', 'setup', 'vu-setup'];
/** Fields whose absence says nothing wrong of the rest. */
const DISPENSABLE = [
  ...['weight', 'keep-cookies', 'cookies', 'new-connection', 'setup-timeout', 'teardown', 'vu-teardown'],
  ...NAMING,
];
const ANY_FLOW = [{ think: '1ms' }];
/** For fields on streams that are not of their type; undefined is as if they were left out. */
const STAND_INS: Readonly<Record<string, unknown>> = { streams: {} };
const ANY_LOAD = { executor: 'constant-vus', vus: 1, duration: '1s' };

/**
 * The fields of a plan with scenarios, with what a schema found wrong put as it was probably meant, so that the rest can
 * be checked too: nothing will be sent. Null where a stand-in would make other parts look wrong.
 */
export function asMeant(data: Readonly<Record<string, unknown>>, issues: readonly Issue[]): unknown {
  const copy = structuredClone(data) as Open;
  return issues.every((issue) => put(copy, issue)) ? copy : null;
}

function put(data: Open, issue: Issue): boolean {
  const holder = issue.code === 'unrecognized_keys' ? issue.path : issue.path.slice(0, -1);
  const fields = at(data, holder);
  if (fields === null) return false;
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) rename(fields, key, fieldsOf(holder));
    return true;
  }
  const name = String(issue.path.at(-1));
  const value = String(fields[name]);
  if (holder[0] === 'metrics') fields[name] = nearestTo(value, METRIC_KINDS) ?? METRIC_KINDS[0];
  else if (name === 'rows-mode') fields[name] = nearestTo(value, ROW_DEALS) ?? ROW_DEALS[0];
  else if (name === 'load') fields[name] = ANY_LOAD;
  else if (holder[0] === 'streams' || name === 'streams') fields[name] = STAND_INS[name];
  else if (name === 'flow') fields[name] = ANY_FLOW;
  else if (DISPENSABLE.includes(name)) delete fields[name];
  else return false;
  return true;
}

function fieldsOf(holder: readonly PropertyKey[]): readonly string[] {
  if (holder.length === 0) return FLOW_FIELDS;
  return holder[0] === 'streams' ? STREAMS_FIELDS : SCENARIO_FIELDS;
}

/** A misspelt field counts as the one that was meant, unless that is there too. */
function rename(fields: Open, key: string, names: readonly string[]): void {
  const meant = nearestTo(key, names);
  if (meant !== null && (fields[meant] === undefined || fields[meant] === ANY_FLOW))
    fields[meant] = fields[key];
  delete fields[key];
}

function at(data: Open, path: readonly PropertyKey[]): Open | null {
  let value: unknown = data;
  for (const key of path) value = isFields(value) ? value[String(key)] : undefined;
  return isFields(value) ? (value as Open) : null;
}

/** Whether something that sets names could not be read: then any name may be one of them. A scenario may be called so. */
export function hidesNames(issues: readonly Issue[]): boolean {
  return issues.some(
    ({ code, path }) =>
      code !== 'unrecognized_keys' && NAMING.includes(String(path.at(-1))) && path.length !== 2,
  );
}
