import { dots, line, type Point } from '../charts/path.ts';
import { FINE, type Scale } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';

/** Half the width and height of a cross, in units of the drawing. */
const CROSS = [7, 9] as const;

/** The mark of a level: a dot, or a cross if it was not sustained, which differs by shape as well as colour. */
export function levelDots(
  colour: string,
  levels: readonly { readonly at: Point; readonly isGood: boolean }[],
  scale: Scale,
): Markup {
  const placesOf = (isGood: boolean): Point[] =>
    levels.filter((level) => level.isGood === isGood).map(({ at }) => at);
  return html`${dots(`dot big ${colour}`, placesOf(true))}${line(
    'cross',
    placesOf(false)
      .map(([x, y]) => cross(x, y, scale.height))
      .join(''),
  )}`;
}

function cross(x: number, y: number, height: number): string {
  const [dx, dy] = CROSS;
  const middle = Math.min(height * FINE - dy, Math.max(dy, y));
  return `M${x - dx} ${middle - dy}l${2 * dx} ${2 * dy}M${x - dx} ${middle + dy}l${2 * dx} ${-2 * dy}`;
}
