import { fileURLToPath } from 'node:url';

/** What modules of scenarios import as `volley`. */
export const SCENARIO_API = fileURLToPath(new URL('../../module/volley.js', import.meta.url));
