/** volley as a library: what is exported here is its interface. */

import './supported-node.ts';

export type {
  Duration,
  HeadersOption,
  NamedRequestOptions,
  RequestOptions,
  RunOptions,
  Texts,
} from '../main/plan/library-options.ts';
export type { ClusterOptions, Progress, Run, RunControl, StartControl } from '../main/run/run-handle.ts';
export { csv, defineTest, fail, items, jsonl, scenario, url } from '../module/volley.ts';
export type { Arm, Comparison, Pair } from '../protocol/comparison.ts';
export { ERROR_CODES, type ErrorCode, type Problem, VolleyError } from '../protocol/errors.ts';
export { EXIT_CODES } from '../protocol/exit-codes.ts';
export type { HistogramRow, LatencyKind } from '../protocol/latency.ts';
export type { LoadModel } from '../protocol/load.ts';
export type { ClientName, StopCondition, WorkerKind, WorkerMode } from '../protocol/plan.ts';
export type { ErrorKind } from '../protocol/report.ts';
export type { ResultForm } from '../protocol/result-forms.ts';
export { Interrupted, RequestError } from '../protocol/scenario-errors.ts';
export type { IntervalPercentiles, SeriesBucket } from '../protocol/series-bucket.ts';
export type {
  AgentSummary,
  ErrorSummary,
  LatencySummary,
  MixRow,
  RequestCounts,
  StoppedBy,
  Summary,
  WorkerSummary,
} from '../protocol/summary.ts';
export type {
  Body,
  Executor,
  Http,
  Metrics,
  RequestFields,
  RequestParams,
  Response,
  Row,
  Rows,
  ScenarioDuration,
  ScenarioOf,
  Test,
  TestOptions,
  Url,
  VU,
} from '../protocol/test-definition.ts';
export { createReferenceServer, type ReferenceServer } from '../target/server.ts';
export type { ReferenceServerOptions } from '../target/server-options.ts';
export { type BatchOptions, type BatchSummary, batch } from './batches.ts';
export { type ComparisonControl, type ComparisonOptions, compare, modes } from './comparisons.ts';
export { readResult, render, renderHtml } from './results.ts';
export { run, start } from './runs.ts';
