import { Document, isMap, type Node, type Pair, type YAMLMap } from 'yaml';
import { commentLine, yamlOf } from './written-text.ts';

/** A plan to be written, with remarks for its reader. */
export interface PlanDraft {
  /** Comment lines at the top of the file. */
  readonly heading: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Where requests go: an option and its value. */
  readonly source?: readonly [option: 'url' | 'curl' | 'har', value: string];
  readonly harHosts?: string | undefined;
  readonly mix?: readonly DraftRequest[];
  readonly load: DraftLoad;
}

export interface DraftRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  /** What was made up or is left to do, one line each. */
  readonly remarks: readonly string[];
}

export interface DraftLoad {
  readonly duration: string;
  readonly concurrency: number;
  /** Requests per second; null for the closed model. */
  readonly rate: number | null;
  /** Limit on the 99th percentile of latency; null without one. */
  readonly p99: string | null;
}

export const DEFAULT_LOAD: DraftLoad = { duration: '10s', concurrency: 10, rate: null, p99: null };

const REMARKS: Readonly<Record<string, string>> = {
  variables: ' Values for {{name}}; on the command line: --set name=value',
  url: ' Where requests go.',
  curl: ' The command whose request is sent, as curl would send it.',
  har: " The recording whose requests are sent in turn, as they were recorded. Headers can be added with 'header:'.",
  duration: ' How long, and over how many connections. warmup: 2s leaves the beginning out of the result.',
  rate: ' Requests a second, whether earlier ones have ended or not. Leave it out to go as fast as connections allow.',
  threshold: ' The run exits with 1 unless these hold; others: p95<200ms, throughput>500/s.',
  mix: ' Sent by weight. Fields outside this list apply to each request that does not set its own.',
};

/** Writes the plan as YAML that runs as it is. */
export function planText(draft: PlanDraft): string {
  const { heading, variables, source, harHosts, mix, load } = draft;
  const document = new Document({
    ...(variables === undefined ? {} : { variables }),
    ...(source === undefined ? {} : { [source[0]]: source[1] }),
    ...(harHosts === undefined ? {} : { 'har-hosts': harHosts }),
    duration: load.duration,
    concurrency: load.concurrency,
    ...(load.rate === null ? {} : { rate: load.rate }),
    threshold: ['error-rate<1%', ...(load.p99 === null ? [] : [`p99<${load.p99}`])],
    ...(mix === undefined ? {} : { mix: mix.map(({ fields }) => fields) }),
  });
  document.commentBefore = heading.map(commentLine).join('\n');
  const { contents } = document;
  if (!isMap(contents)) throw new Error('a plan is a map');
  for (const { key } of contents.items as Pair<Node, Node>[]) {
    const remark = REMARKS[String(key)];
    if (remark === undefined) continue;
    key.commentBefore = remark;
    key.spaceBefore = true;
  }
  mix?.forEach(({ remarks }, index) => {
    const request = document.getIn(['mix', index]) as YAMLMap;
    if (remarks.length > 0) request.commentBefore = remarks.map(commentLine).join('\n');
  });
  return yamlOf(document);
}
