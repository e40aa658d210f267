import { z } from 'zod';
import { describedFlowFields } from './flows/flow-schema.ts';
import { PLAN } from './plan-schema.ts';

/** The JSON Schema of a plan, for editors. */
export function planJsonSchema(): unknown {
  return { ...z.toJSONSchema(PLAN.extend(describedFlowFields())), title: 'volley plan' };
}
