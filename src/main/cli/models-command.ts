import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { PRESETS, type Preset } from '../plan/models/presets.ts';
import type { Told } from '../plan/problems.ts';
import { presetsText } from '../reporters/presets-text.ts';
import { choiceSentence } from '../text/nearest.ts';
import type { Parsed } from './parsed.ts';
import { showingFrom } from './showing.ts';

/** `volley models [preset]`: shows what presets send and how they read answers. */
export async function modelsCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const presets: Readonly<Record<string, Preset>> = PRESETS;
  const [name] = parsed.positionals;
  const one = name === undefined || !Object.hasOwn(presets, name) ? undefined : presets[name];
  if (name !== undefined && one === undefined)
    problems.push(choiceSentence('The preset', name, Object.keys(presets)));
  if (problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  const shown = name === undefined || one === undefined ? presets : { [name]: one };
  process.stdout.write(presetsText(shown, showingFrom(parsed).view.width));
  return EXIT_CODES.ok;
}
