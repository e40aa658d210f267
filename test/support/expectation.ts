import type { Expectation } from '../../src/protocol/request.ts';
import type { Answered } from '../../src/requests/expectation.ts';

/** An expectation that every answer meets. */
export const ASKS_NOTHING: Expectation = {
  statuses: [],
  headers: [],
  bodyTexts: [],
  json: [],
  maxBodyBytes: null,
  longestMs: null,
};

/** An answer of which nothing but its status is known. */
export const ANSWER_WITHOUT_FIELDS: Answered = {
  status: 200,
  answeredFields: null,
  bodyBytes: 0,
  body: new Uint8Array(),
  contentEncoding: null,
  contentType: null,
};
