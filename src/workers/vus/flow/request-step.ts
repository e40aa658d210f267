import { basename } from 'node:path';
import type { FlowRequest } from '../../../protocol/flow.ts';
import type { Http, RequestParams, Response, Url, VU } from '../../../protocol/test-definition.ts';
import { type Capture, captureMaker } from './captures.ts';
import type { CheckStep } from './check-step.ts';
import { fieldsMaker, jsonMaker, type Made, pairsMaker, textMaker } from './texts.ts';
import type { Walk } from './walk.ts';

/** A step has one body at most, whatever these may have. */
type Params = Pick<RequestParams, keyof RequestParams>;

/** Sends a request of a flow, captures values, and runs its checks. */
export function requestStep(
  step: FlowRequest,
  path: string,
  check: CheckStep | null,
): (vu: VU, walk: Walk) => Promise<void> {
  const verb = step.method.toLowerCase() as keyof Http;
  const url = urlMaker(step);
  const params = paramsMaker(step);
  const name = step.name ?? `${step.method} ${step.pattern ?? step.url.join('')}`;
  const captures = step.captures.map((capture): Capture => captureMaker(capture, basename(path)));
  return async (vu, walk) => {
    const answer: Response = await vu.http[verb](url(walk, vu), params(walk, vu));
    walk.status = answer.status;
    walk.serviceMs = answer.timings.service;
    for (const capture of captures) capture(answer, walk, vu, name);
    check?.(vu, walk);
  };
}

function urlMaker({ url, pattern }: FlowRequest): Made<string | Url> {
  const make = textMaker(url);
  if (pattern === null) return make;
  return (walk, vu) => ({ href: make(walk, vu), name: pattern });
}

/** Builds the parameters of a request; undefined if it has none. */
function paramsMaker(step: FlowRequest): Made<RequestParams | undefined> {
  const makers: ((params: Params, walk: Walk, vu: VU) => void)[] = [];
  const { headers, query, body, expect, redirects, timeoutMs, cookies, stream, name } = step;
  if (name !== null)
    makers.push((params) => {
      params.name = name;
    });
  if (headers.length > 0) {
    const make = fieldsMaker(headers);
    makers.push((params, walk, vu) => {
      params.headers = make(walk, vu);
    });
  }
  if (query.length > 0) {
    const make = pairsMaker(query);
    makers.push((params, walk, vu) => {
      params.query = make(walk, vu);
    });
  }
  if (body !== null) makers.push(bodyMaker(body));
  if (expect !== null) makers.push(expectMaker(expect));
  if (redirects !== null)
    makers.push((params) => {
      params.redirects = redirects;
    });
  if (timeoutMs !== null)
    makers.push((params) => {
      params.timeout = timeoutMs;
    });
  if (!cookies)
    makers.push((params) => {
      params.cookies = false;
    });
  if (stream)
    makers.push((params) => {
      params.stream = true;
    });
  if (makers.length === 0) return () => undefined;
  return (walk, vu) => {
    const params: Params = {};
    for (const make of makers) make(params, walk, vu);
    return params as RequestParams;
  };
}

function bodyMaker(body: NonNullable<FlowRequest['body']>): (params: Params, walk: Walk, vu: VU) => void {
  switch (body.type) {
    case 'json': {
      const make = jsonMaker(body.value);
      return (params, walk, vu) => {
        params.json = make(walk, vu);
      };
    }
    case 'form': {
      const make = pairsMaker(body.fields);
      return (params, walk, vu) => {
        params.form = make(walk, vu);
      };
    }
    case 'text': {
      const make = textMaker(body.text);
      return (params, walk, vu) => {
        params.body = make(walk, vu);
      };
    }
  }
}

function expectMaker({
  status,
  body,
  json,
}: NonNullable<FlowRequest['expect']>): (params: Params, walk: Walk, vu: VU) => void {
  if (body === null && json.length === 0)
    return (params) => {
      params.expect = status ?? 'any';
    };
  const text = body === null ? null : textMaker(body);
  const values = json.map(([path, value]) => [path, jsonMaker(value)] as const);
  return (params, walk, vu) => {
    params.expect = {
      ...(status === null ? {} : { status }),
      ...(text === null ? {} : { body: text(walk, vu) }),
      ...(values.length === 0
        ? {}
        : { json: Object.fromEntries(values.map(([path, make]) => [path, make(walk, vu)])) }),
    };
  };
}
