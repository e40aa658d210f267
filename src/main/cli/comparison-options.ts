import type { Metric } from '../../protocol/comparison-finding.ts';
import type { Judged } from '../compare/experiment.ts';
import { judgedBy } from '../compare/judging.ts';
import type { Told } from '../plan/problems.ts';
import { comparisonFormFrom, type RoundsForm } from './output-form.ts';
import type { Parsed } from './parsed.ts';

export interface Judging extends Judged {
  readonly form: RoundsForm;
}

/** Reads how arms are compared; problems are added to the list. */
export function judgingFrom(
  parsed: Parsed,
  defaultMetric: Metric,
  comparisons: number,
  problems: Told[],
): Judging {
  const said = {
    rounds: parsed.last('rounds'),
    metric: parsed.last('metric'),
    margin: parsed.last('margin'),
  };
  const judged = judgedBy(said, defaultMetric, comparisons, problems);
  return { ...judged, form: comparisonFormFrom(parsed.last('output'), problems) };
}
