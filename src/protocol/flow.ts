import type { PlaceholderEncoding } from './request.ts';
import type { MetricKind } from './scenario-words.ts';
import type { StatusRule } from './test-definition.ts';

/** The source of a value that is filled in when a step runs. */
export type FlowSource =
  /** Captured by an earlier step or by `setup`, or set by a loop. */
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'column'; readonly name: string }
  /** Only in expressions: in text, constants are filled in when the plan is read. */
  | { readonly type: 'constant'; readonly value: string }
  /** `status` and `service` are those of the last answer; `service` is in milliseconds. */
  | { readonly type: 'number' | 'user' | 'iteration' | 'uuid' | 'status' | 'service' }
  | { readonly type: 'random'; readonly from: number; readonly to: number }
  | { readonly type: 'now'; readonly unit: 'iso' | 'ms' | 's' };

interface FlowPlaceholder {
  readonly source: FlowSource;
  readonly encoding: PlaceholderEncoding;
}

/** Text with values to fill in. */
export type FlowText = readonly (string | FlowPlaceholder)[];

/** JSON with values to fill in. */
export type FlowJson =
  | { readonly type: 'constant'; readonly value: unknown }
  | { readonly type: 'text'; readonly text: FlowText }
  /** The value itself, of whatever type. */
  | { readonly type: 'value'; readonly source: FlowSource }
  | { readonly type: 'list'; readonly items: readonly FlowJson[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [name: string, value: FlowJson])[] };

/** A CEL expression, and the sources of its names. */
export interface FlowExpression {
  readonly text: string;
  readonly names: readonly (readonly [name: string, source: FlowSource])[];
  /** Its line and column: `12:9`. */
  readonly at: string;
}

/** Parts of a stream of tokens that can be captured; times are in milliseconds. */
export const STREAM_PARTS = ['text', 'tokens', 'events', 'first-token', 'per-token', 'last-token'] as const;
export type StreamPart = (typeof STREAM_PARTS)[number];

/** A value of an answer that becomes a variable. */
export interface FlowCapture {
  readonly name: string;
  readonly from:
    | { readonly type: 'json' | 'header' | 'cookie'; readonly of: string }
    | { readonly type: 'regex'; readonly of: string; readonly flags: string }
    | { readonly type: 'css'; readonly of: string; readonly attribute: string | null }
    | { readonly type: 'stream'; readonly of: StreamPart }
    | { readonly type: 'status' };
  /** Capture all matches, as a list. */
  readonly all: boolean;
  /** The value if nothing matches; without it, the iteration fails. */
  readonly otherwise: { readonly value: unknown } | null;
  readonly at: string;
}

export interface FlowCheck {
  readonly name: string;
  readonly condition: FlowExpression;
}

/** Fields of a query or a form; each value of a list is a pair of its own. */
export type FlowPairs = readonly (readonly [name: string, values: readonly FlowText[]])[];

export interface FlowRequest {
  readonly type: 'request';
  readonly method: string;
  readonly url: FlowText;
  /** Its own name in the result; null for that of method and URL. */
  readonly name: string | null;
  /** The URL with `{}` for each placeholder; null without any. */
  readonly pattern: string | null;
  readonly headers: readonly (readonly [name: string, value: FlowText])[];
  readonly query: FlowPairs;
  readonly body:
    | { readonly type: 'json'; readonly value: FlowJson }
    | { readonly type: 'form'; readonly fields: FlowPairs }
    | { readonly type: 'text'; readonly text: FlowText }
    | null;
  readonly expect: {
    readonly status: StatusRule | null;
    readonly body: FlowText | null;
    readonly json: readonly (readonly [path: string, value: FlowJson])[];
  } | null;
  readonly redirects: number | null;
  /** Null for the run's. */
  readonly timeoutMs: number | null;
  readonly cookies: boolean;
  /** Its answer is read as a stream of tokens. */
  readonly stream: boolean;
  readonly captures: readonly FlowCapture[];
  readonly checks: readonly FlowCheck[];
}

/** One step of a flow. */
export type FlowStep = { readonly at: string } & (
  | FlowRequest
  | { readonly type: 'think'; readonly leastMs: number; readonly mostMs: number | null }
  | { readonly type: 'group'; readonly name: string; readonly flow: readonly FlowStep[] }
  | { readonly type: 'repeat'; readonly times: number; readonly flow: readonly FlowStep[] }
  | {
      readonly type: 'for';
      readonly name: string;
      readonly in: FlowExpression | readonly unknown[];
      readonly flow: readonly FlowStep[];
    }
  | {
      readonly type: 'while';
      readonly condition: FlowExpression;
      readonly most: number;
      readonly flow: readonly FlowStep[];
    }
  | {
      readonly type: 'if';
      readonly condition: FlowExpression;
      readonly met: readonly FlowStep[];
      readonly unmet: readonly FlowStep[];
    }
  | { readonly type: 'parallel'; readonly flow: readonly FlowStep[] }
  | {
      readonly type: 'call';
      /** The module's `file:` URL. */
      readonly module: string;
      readonly name: string;
      readonly sets: readonly string[];
    }
  | { readonly type: 'check'; readonly checks: readonly FlowCheck[] }
  | {
      readonly type: 'add';
      readonly metric: string;
      readonly kind: MetricKind;
      /** Null means 1. */
      readonly value: FlowExpression | null;
    }
  | { readonly type: 'fail'; readonly reason: FlowText }
);

/** The steps of one scenario. */
export interface ScenarioFlow {
  readonly exec: readonly FlowStep[];
  readonly vuSetup: readonly FlowStep[] | null;
  readonly vuTeardown: readonly FlowStep[] | null;
  /** Its rows are JSON, not CSV. */
  readonly hasJsonRows: boolean;
}

/** The steps of a plan file. Its users are like those of a module. */
export interface FlowTest {
  /** Absolute path of the file. */
  readonly path: string;
  readonly setup: readonly FlowStep[] | null;
  readonly teardown: readonly FlowStep[] | null;
  readonly scenarios: Readonly<Record<string, ScenarioFlow>>;
}
