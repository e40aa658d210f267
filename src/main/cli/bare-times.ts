import { MS_PER_SECOND } from '../../protocol/units.ts';
import { quoted } from '../text/quoted.ts';
import type { Parsed } from './parsed.ts';

const BARE = /^\d+(?:\.\d+)?$/;
/** Nobody waits longer for an answer; other tools take such numbers for milliseconds. */
const FROM_S = 100;

/** A sentence for a time that was probably meant in milliseconds: a number without a unit is seconds. */
export function bareTimeNotes(parsed: Parsed): string[] {
  const text = parsed.last('timeout');
  if (text === undefined || !BARE.test(text) || Number(text) < FROM_S) return [];
  const inMs = Number(text) < MS_PER_SECOND ? `${text}ms` : `${Number(text) / MS_PER_SECOND}s`;
  return [`--timeout ${quoted(text)} means ${text} s: for milliseconds say ${inMs}.`];
}
