import { Document, isMap, type Node, type Pair, type YAMLMap } from 'yaml';
import type { RecordedFlow } from './recorded-flow.ts';
import { commentLine, variablesOfBraces, yamlOf } from './written-text.ts';

const NAME = 'recorded';

const REMARKS: Readonly<Record<string, string>> = {
  url: ' Paths are appended to it. For another server, change it here.',
  threshold: ' The run exits with 1 unless these hold.',
  scenarios: ' What one user does, step by step: docs/scenarios.md has all steps.',
};

/** Writes the steps as YAML that runs as it is. */
export function flowText(heading: readonly string[], { base, steps, hasBraces }: RecordedFlow): string {
  const document = new Document({
    ...(hasBraces ? { variables: variablesOfBraces(true) } : {}),
    url: base,
    threshold: ['error-rate<1%', 'iteration-errors<1%'],
    scenarios: {
      [NAME]: {
        load: { executor: 'constant-vus', vus: 5, duration: '30s' },
        flow: steps.map(({ fields }) => fields),
      },
    },
  });
  document.commentBefore = heading.map(commentLine).join('\n');
  const { contents } = document;
  if (!isMap(contents)) throw new Error('a plan is a map');
  for (const { key } of contents.items as Pair<Node, Node>[]) {
    const remark = REMARKS[String(key)];
    if (remark === undefined) continue;
    key.commentBefore = remark;
    // The heading is followed by a blank line already.
    key.spaceBefore = key !== contents.items[0]?.key;
  }
  const load = document.getIn(['scenarios', NAME, 'load']) as YAMLMap;
  load.flow = true;
  load.commentBefore =
    ' Who does it, and for how long. For rows of users, use rows: users.csv, and {{user}} in a step.';
  for (const [index, { remarks }] of steps.entries()) {
    const step = document.getIn(['scenarios', NAME, 'flow', index]) as YAMLMap;
    if (remarks.length > 0) step.commentBefore = remarks.map(commentLine).join('\n');
  }
  return yamlOf(document);
}
