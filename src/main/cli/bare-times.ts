import { MS_PER_SECOND } from '../../protocol/units.ts';
import { quoted } from '../text/quoted.ts';
import type { Parsed } from './parsed.ts';

const BARE = /^\d+(?:\.\d+)?$/;
/** Longer timeouts are implausible; other tools read such numbers as milliseconds. */
const FROM_S = 100;

/** A sentence for a number without a unit, which is seconds but was probably meant as milliseconds. */
export function bareTimeNotes(parsed: Parsed): string[] {
  const text = parsed.last('timeout');
  if (text === undefined || !BARE.test(text) || Number(text) < FROM_S) return [];
  const inMs = Number(text) < MS_PER_SECOND ? `${text}ms` : `${Number(text) / MS_PER_SECOND}s`;
  return [`--timeout ${quoted(text)} means ${text} s: for ${text} ms write ${inMs}.`];
}
