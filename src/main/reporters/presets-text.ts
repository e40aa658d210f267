import { asksForUsage, needsModel, type Preset } from '../plan/models/presets.ts';
import { wrapped } from './wrap.ts';

const INDENT = '  ';
const BEHIND = 8;

/** What presets send and how answers are read, with the same facts for each. */
export function presetsText(presets: Readonly<Record<string, Preset>>, columns: number): string {
  const blocks = Object.entries(presets).map(([name, preset]) => blockOf(name, preset, columns).join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function blockOf(name: string, preset: Preset, columns: number): string[] {
  return [
    ...wrapped(`${name}: ${preset.title}`, columns),
    ...factsOf(preset).flatMap(([what, text]) =>
      wrapped(text, columns - INDENT.length - BEHIND).map(
        (line, at) => INDENT + (at === 0 ? what.padEnd(BEHIND) : ' '.repeat(BEHIND)) + line,
      ),
    ),
  ];
}

function factsOf(preset: Preset): readonly (readonly [what: string, text: string])[] {
  const { path, body, headers = [], keyHeader, models, stream } = preset;
  const key = keyHeader === 'authorization' ? 'authorization: Bearer KEY' : `${keyHeader}: KEY`;
  const { tokenPaths: tokens, reasoningPaths: reasoning, reasoningTypes = [], usagePaths: usage } = stream;
  const ends = [...(stream.endMark === null ? [] : [stream.endMark]), ...stream.endPaths];
  return [
    ['sends', `POST ${path}`],
    ['', JSON.stringify(body, null, 1).replace(/\n\s*/g, ' ')],
    ...headers.map((line) => ['', line] as const),
    ...(keyHeader === null ? [] : [['', `${key}, with --api-key-env`] as const]),
    ...(needsModel(preset) ? [['model', modelFrom(models)] as const] : []),
    ['reads', stream.framing ?? 'by content type'],
    ['tokens', tokens.length === 0 ? 'every event' : `in ${tokens.join(', ')}`],
    ...(reasoning.length === 0 ? [] : [['', `reasoning in ${reasoning.join(', ')}`] as const]),
    ...(reasoningTypes.length === 0 ? [] : [['', `of reasoning in ${reasoningTypes.join(', ')}`] as const]),
    [
      'count',
      usage.length === 0
        ? 'by events: the server gives no count'
        : `in ${usage.join(', ')}${asksForUsage(preset) ? '; asked for, unless the server refuses' : ''}`,
    ],
    ['ends', ends.length === 0 ? 'with the answer' : `with ${ends.join(', or ')}`],
  ];
}

function modelFrom(models: Preset['models']): string {
  return models === null
    ? '--model is required'
    : `--model, or the first that GET ${models.path} names (${models.at})`;
}
