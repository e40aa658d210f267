import { ARMS_STYLE } from './arms-style.ts';
import { CHART_STYLE } from './chart-style.ts';
import { COMPARISON_STYLE } from './comparison-style.ts';
import { NARROW_STYLE } from './narrow-style.ts';
import { PAGE_STYLE } from './page-style.ts';
import { PANEL_STYLE } from './panel-style.ts';

/** The style of every page, in cascade order. */
export const STYLE = [PAGE_STYLE, CHART_STYLE, PANEL_STYLE, COMPARISON_STYLE, ARMS_STYLE, NARROW_STYLE]
  .join('')
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/\n\s*/g, '');
