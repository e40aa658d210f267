import type { Summary } from '../../protocol/summary.ts';
import { valueText } from '../reporters/rule-text.ts';
import type { Paint } from '../reporters/view.ts';
import { widthOf } from '../text/cell-width.ts';
import {
  counted,
  formatCount,
  formatDuration,
  formatElapsed,
  formatFailedShare,
  formatMs,
} from '../text/format.ts';
import { heatMap, roomOf } from './heat-map.ts';
import { drawn, type Line, lineWidth, type Piece, spread } from './line.ts';
import type { LiveState, ShownLatency, Span } from './live-state.ts';
import { table } from './tables.ts';
import { LABEL_WIDTH, labelled, tracks } from './tracks.ts';
import { usersLines } from './users-line.ts';

/** What the user has chosen to see. */
export interface Look {
  readonly latency: ShownLatency;
  /** Null: if there is room, or for several requests or agents. */
  readonly hasTable: boolean | null;
  readonly hasHeatMap: boolean;
  readonly isFrozen: boolean;
  /** Whether keys can be read. */
  readonly hasKeys: boolean;
  /** The last message, for example that the run is being stopped. */
  readonly note: string | null;
}

const FULL = '█';
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const TO_GO = '░';
const BAR_WIDTH = 16;
const NARROW_BAR_WIDTH = 8;
/** From this width on the bar is wide. */
const WIDE_FROM = 72;
/** A screen with this many lines shows a table of times by default. */
const TALL_FROM = 32;
/** The heat map with its axis, next to a table. */
const FEWEST_MAP_LINES = 5;
const MOST_MAP_LINES = 20;
const MOST_RULE_LINES = 3;
/** Below this height, rules get one line. */
const LOW_BELOW = 20;
const MOST_KINDS = 3;

/**
 * The whole screen, as exactly `height` lines of at most `width` columns. On a screen smaller than 60 by 16, only the
 * first of them fit.
 */
export function renderScreen(
  state: LiveState,
  look: Look,
  width: number,
  height: number,
  paint: Paint,
): string[] {
  const { above, map, rows, end } = partsOf(state, look, width, height);
  const lines = [
    ...above,
    ...(map.length === 0 ? [] : [[], ...map]),
    ...(rows.length === 0 ? [] : [[], ...rows]),
  ];
  const all = [
    ...lines.slice(0, Math.max(0, height - end.length)),
    ...padding(height - lines.length - end.length),
    ...end,
  ];
  return all.slice(0, height).map((line) => drawn(line, width, paint));
}

/** What the key for the table makes of the look: without a table the heat map is shown, never an empty screen. */
export function withTableSwitched(state: LiveState, look: Look, height: number): Look {
  const hasTable = !showsTable(state, look, height);
  return { ...look, hasTable, hasHeatMap: look.hasHeatMap || !hasTable };
}

/** The same for the heat map, which takes the table's place if only one fits. */
export function withHeatMapSwitched(state: LiveState, look: Look, width: number, height: number): Look {
  const hasMap = (one: Look): boolean => partsOf(state, one, width, height).map.length > 0;
  if (hasMap(look)) return { ...look, hasHeatMap: false, hasTable: true };
  const withMap = { ...look, hasHeatMap: true };
  return hasMap(withMap) ? withMap : { ...withMap, hasTable: false };
}

/** The lines of the screen, from the top. */
interface Parts {
  readonly above: readonly Line[];
  readonly map: readonly Line[];
  readonly rows: readonly Line[];
  readonly end: readonly Line[];
}

function partsOf(state: LiveState, look: Look, width: number, height: number): Parts {
  const columns = columnsOf(state, roomOf(width));
  const head: Line[] = [
    titleLine(state, look, width),
    [{ text: partsWithin(state.plan, width), tone: 'faint' }],
  ];
  const middle: Line[] = [
    ...ruleLines(state.rules, width, height < LOW_BELOW ? 1 : MOST_RULE_LINES),
    [],
    ...tracks(state, columns, look.latency, width),
    ...usersLines(state),
  ];
  const end: Line[] = [...failureLines(state), footer(look, width)];
  const room = height - head.length - middle.length - end.length;
  return {
    above: [...head, ...middle],
    ...pictures(state, columns, look, width, room, showsTable(state, look, height)),
    end,
  };
}

/** As many of the parts of a list, from the first on, as there is room for; never half a word. */
function partsWithin(list: string, width: number): string {
  const parts = list.split(', ');
  while (parts.length > 1 && widthOf(parts.join(', ')) > width) parts.pop();
  return parts.join(', ');
}

/** One column per span; if there are too many, the newest of the joined pairs. */
function columnsOf({ spans, pairs }: LiveState, room: number): readonly Span[] {
  return spans.length <= room ? spans : pairs.slice(-room);
}

/** Whether there is a table: as chosen, else for several requests or agents, or on a tall screen. */
function showsTable({ mix, agents }: LiveState, { hasTable }: Look, height: number): boolean {
  return hasTable ?? (mix.length > 0 || agents.length > 0 || height >= TALL_FROM);
}

/** Heat map and table, which leave room for an empty line before each. If only one fits, it is the table. */
function pictures(
  state: LiveState,
  columns: readonly Span[],
  look: Look,
  width: number,
  room: number,
  hasTable: boolean,
): Pick<Parts, 'map' | 'rows'> {
  const most = look.hasHeatMap ? Math.max(room - FEWEST_MAP_LINES - 2, Math.ceil(room / 2)) : room - 1;
  const rows = hasTable ? table(state, width, most) : [];
  const left = room - (rows.length === 0 ? 0 : rows.length + 1) - 1;
  const map = look.hasHeatMap ? heatMap(columns, look.latency, width, Math.min(MOST_MAP_LINES, left)) : [];
  return { map, rows };
}

function titleLine(state: LiveState, look: Look, width: number): Line {
  const title: Line = [{ text: 'volley  ', tone: 'strong' }, { text: state.title }];
  const frozen: Line = look.isFrozen ? [{ text: 'frozen  ', tone: 'warning' }] : [];
  return spread(title, [...frozen, ...standing(state, width)], width);
}

function standing(state: LiveState, width: number): Line {
  const { elapsedMs, durationMs, requests, ended } = state;
  if (elapsedMs < 0) return [{ text: `warming up, ${formatMs(-elapsedMs)} to go`, tone: 'warning' }];
  const time = formatElapsed(elapsedMs);
  const done = requests === null ? '' : `${formatCount(ended)} of ${formatCount(requests)}, `;
  const shares = [durationMs === null ? 0 : elapsedMs / durationMs, requests === null ? 0 : ended / requests];
  // Of a number of iterations it is not known how long they take.
  if (durationMs === null && requests === null) return [{ text: time }];
  const bar = barOf(Math.min(1, Math.max(...shares)), width < WIDE_FROM ? NARROW_BAR_WIDTH : BAR_WIDTH);
  return [
    { text: `${done}${time}${durationMs === null ? '' : ` of ${formatDuration(durationMs)}`}  ${bar}` },
  ];
}

function barOf(share: number, width: number): string {
  const eighths = Math.floor(share * width * EIGHTHS.length);
  const bar = FULL.repeat(Math.floor(eighths / EIGHTHS.length)) + EIGHTHS[eighths % EIGHTHS.length];
  return bar.padEnd(width, TO_GO);
}

/** Broken rules first; those that do not fit are counted. */
function ruleLines(rules: Summary['thresholds'], width: number, most: number): Line[] {
  const order = (rule: Summary['thresholds'][number]): number =>
    rule.ok ? 2 : rule.measured === null ? 1 : 0;
  const pieces = [...rules].sort((a, b) => order(a) - order(b)).map(rulePiece);
  const lines: Piece[][] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const gap = { text: '   ' };
    if (last !== undefined && lineWidth([...last, gap, piece]) + LABEL_WIDTH <= width) last.push(gap, piece);
    else lines.push([piece]);
  }
  const shown = lines.slice(0, most);
  let left = pieces.length - shown.flat().filter(({ tone }) => tone !== undefined).length;
  const last = shown.at(-1);
  if (left > 0 && last !== undefined) {
    const more = (): Piece => {
      const seen = new Set(shown.flat());
      const broken = pieces.filter((piece) => piece.tone === 'bad' && !seen.has(piece)).length;
      const text = `   and ${formatCount(left)} more`;
      return broken > 0 ? { text: `${text}, ${formatCount(broken)} ✗`, tone: 'bad' } : { text };
    };
    for (; last.length > 1 && lineWidth([...last, more()]) + LABEL_WIDTH > width; left++) last.splice(-2);
    last.push(more());
  }
  return shown.map((line, index) => labelled(index === 0 ? 'rules' : '', line));
}

function rulePiece(rule: Summary['thresholds'][number]): Piece {
  const { expression, measured, ok } = rule;
  if (measured === null) return { text: `? ${expression} –`, tone: 'faint' };
  return { text: `${ok ? '✓' : '✗'} ${expression} ${valueText(rule)}`, tone: ok ? 'good' : 'bad' };
}

/** How many failed and how, with an example of the most frequent failure. */
function failureLines({ failed, ended, sent, awaited, failures }: LiveState): Line[] {
  const dropped = ended - sent;
  const lost: Line =
    dropped > 0 ? [{ text: `  ${formatCount(dropped)} had no connection`, tone: 'bad' }] : [];
  const [top] = failures;
  if (failed === 0 || top === undefined)
    return [labelled('failed', [{ text: formatCount(failed) }, ...lost])];
  const kinds = failures.slice(0, MOST_KINDS).map(({ name, count }) => `${formatCount(count)} × ${name}`);
  const more =
    failures.length > kinds.length ? `, ${counted(failures.length - kinds.length, 'more kind')}` : '';
  const share = awaited === 0 ? '' : ` (${formatFailedShare(failed / awaited)})`;
  const counts: Piece = {
    text: `${formatCount(failed)}${share}: ${kinds.join(', ')}${more}`,
    tone: 'bad',
  };
  return [labelled('failed', [counts, ...lost]), labelled('', [{ text: top.example }])];
}

function footer({ latency, isFrozen, hasKeys, note }: Look, width: number): Line {
  if (note !== null) return [{ text: note, tone: 'warning' }];
  if (!hasKeys) return [{ text: 'Ctrl-C stop, again: end now', tone: 'faint' }];
  const other = latency === 'response' ? 'service' : 'response';
  const keys = `q stop  Q now  space ${isFrozen ? 'go on' : 'freeze'}  s ${other}  t table  h heat`;
  const whole = `${keys} map`;
  return [{ text: widthOf(whole) <= width ? whole : keys, tone: 'faint' }];
}

function padding(lines: number): Line[] {
  return Array.from({ length: Math.max(0, lines) }, () => []);
}
