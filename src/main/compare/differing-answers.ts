import type { AnswersDiffer } from '../../protocol/baseline.ts';
import type { Summary } from '../../protocol/summary.ts';
import { isGross } from './failures.ts';

type Answered = Pick<Summary, 'statuses' | 'errors'>;

/** Good answers by the class of their status, such as `2xx`. */
type Classes = ReadonlyMap<string, number>;

/**
 * The class of status in whose share the good answers of two sides differ most, where that is far beyond chance, or where
 * neither side has an answer of the other's classes; null where they were answered alike. A redirect to the login page is
 * good and fast, and no answer to the same question.
 */
export function differingAnswers(a: readonly Answered[], b: readonly Answered[]): AnswersDiffer | null {
  const rounds = Math.min(a.length, b.length);
  const [ofA, ofB] = [classesOf(a.slice(0, rounds)), classesOf(b.slice(0, rounds))];
  const [answeredA, answeredB] = [sumOf(ofA), sumOf(ofB)];
  if (answeredA === 0 || answeredB === 0) return null;
  const isApart = [...ofA.keys()].every((statuses) => !ofB.has(statuses));
  const differing = [...new Set([...ofA.keys(), ...ofB.keys()])].flatMap((statuses) => {
    const [inA, inB] = [shareIn(ofA, statuses, answeredA), shareIn(ofB, statuses, answeredB)];
    const isSo = isApart || isGross(inA, inB) || isGross(inB, inA);
    return isSo ? [{ statuses, aShare: inA.share, bShare: inB.share }] : [];
  });
  // Of two that differ as much, the one that the first side has more of: that is what is new.
  differing.sort((x, y) => differenceIn(y) - differenceIn(x) || y.aShare - x.aShare);
  return differing[0] ?? null;
}

function classesOf(rounds: readonly Answered[]): Classes {
  const classes = new Map<string, number>();
  for (const { statuses, errors } of rounds) {
    const failed = new Map(
      errors.flatMap(({ kind, code, count }) => (kind === 'status' ? [[code, count]] : [])),
    );
    for (const [status, count] of Object.entries(statuses)) {
      const good = count - (failed.get(status) ?? 0);
      const name = `${status.charAt(0)}xx`;
      if (good > 0) classes.set(name, (classes.get(name) ?? 0) + good);
    }
  }
  return classes;
}

function sumOf(classes: Classes): number {
  return [...classes.values()].reduce((sum, count) => sum + count, 0);
}

function shareIn(classes: Classes, statuses: string, sent: number): Parameters<typeof isGross>[0] {
  const count = classes.get(statuses) ?? 0;
  return { sent, failed: count, share: count / sent };
}

function differenceIn({ aShare, bShare }: AnswersDiffer): number {
  return Math.abs(aShare - bShare);
}
