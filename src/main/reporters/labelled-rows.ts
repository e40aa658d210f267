import { wrapped } from './wrap.ts';

export const LABEL_WIDTH = 11;

/** One line after a label. */
export function row(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text;
}

/** A text after a label, wrapped to as many lines as it needs. */
export function rows(label: string, text: string, width: number): string[] {
  return labelled(label, wrapped(text, width - LABEL_WIDTH));
}

/** Lines, the first of them after a label. */
export function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => row(index === 0 ? label : '', line));
}
