import { z } from 'zod';
import type { Problems } from './problems.ts';

/** One request of a recording. */
export interface HarRequest {
  /** Method and path, such as `GET /users`. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  /** `Name: value`, one a string, without what belongs to the connection of the recording. */
  readonly headers: readonly string[];
  readonly body?: string;
}

/** What a recording holds. */
export interface HarRecording {
  /** In the order of the recording; at least one. */
  readonly requests: readonly HarRequest[];
  /** Entries left out, whose URL is neither http:// nor https://. */
  readonly skipped: number;
}

const PAIR = z.object({ name: z.string(), value: z.string() });
const POST_DATA = z.object({
  mimeType: z.string().default(''),
  text: z.string().optional(),
  params: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
});
const ENTRY = z.object({
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.array(PAIR),
    postData: POST_DATA.nullish(),
  }),
});
const FILE = z.object({ log: z.object({ entries: z.array(z.unknown()) }) });

type RecordedRequest = z.infer<typeof ENTRY>['request'];
type PostData = z.infer<typeof POST_DATA>;

const SHOWN_PROBLEMS = 5;
// They say how the recording's connection carried a request; the client says it of its own.
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'content-length', 'transfer-encoding']);
const FORM_CONTENT_TYPE = 'application/x-www-form-urlencoded';

/**
 * Reads the requests of a HAR file, version 1.2, as browsers save it. Null where problems have been noted: text
 * that is not JSON, no `log.entries` or none that can be sent, an entry of another shape, a form of parts that is
 * not kept whole. No sentence repeats what was recorded.
 */
export function readHar(text: string, problems: Problems): HarRecording | null {
  const entries = entriesIn(text, problems);
  if (entries === null) return null;
  const requests: HarRequest[] = [];
  const wrong: string[] = [];
  let skipped = 0;
  for (const [index, entry] of entries.entries()) {
    const place = `log.entries[${index}]`;
    const { data, error } = ENTRY.safeParse(entry);
    const url = data === undefined ? null : URL.parse(data.request.url);
    if (data === undefined) {
      wrong.push(...error.issues.map((issue) => misshapen(place, issue)));
    } else if (url === null) {
      wrong.push(`${place}.request.url of the HAR file is no URL: correct it, or leave the entry out.`);
    } else if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      skipped += 1;
    } else if (isInParts(data.request.postData)) {
      wrong.push(
        `${place}.request.postData of the HAR file is a form in parts, without its text: leave the entry out.`,
      );
    } else {
      requests.push(requestOf(data.request, url));
    }
  }
  if (wrong.length === 0 && requests.length > 0) return { requests, skipped };
  for (const sentence of wrong.slice(0, SHOWN_PROBLEMS)) problems.add(sentence);
  if (wrong.length > SHOWN_PROBLEMS)
    problems.add(`The HAR file has ${wrong.length - SHOWN_PROBLEMS} more such problems: record it again.`);
  if (wrong.length === 0)
    problems.add(
      `The HAR file has ${skipped} entries, and none is of http:// or https://: record requests that can be sent.`,
    );
  return null;
}

function entriesIn(text: string, problems: Problems): readonly unknown[] | null {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The error's own message would repeat a piece of the file.
    problems.add('The HAR file is not JSON: save it again from the developer tools of a browser.');
    return null;
  }
  const { data } = FILE.safeParse(content);
  if (data === undefined) {
    problems.add('The HAR file has no list log.entries: save it from the developer tools of a browser.');
    return null;
  }
  if (data.log.entries.length > 0) return data.log.entries;
  problems.add('The list log.entries of the HAR file is empty: record at least one request.');
  return null;
}

function misshapen(place: string, { path, ...issue }: z.core.$ZodIssue): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  const expected = issue.code === 'invalid_type' ? issue.expected : 'such value';
  return `${place}${steps.join('')} of the HAR file is missing or no ${expected}: record it again, or leave the entry out.`;
}

/** A browser keeps a form in parts as text; without that, what its files held is lost. */
function isInParts(postData: PostData | null | undefined): boolean {
  if (postData === null || postData === undefined || postData.text) return false;
  return postData.params.length > 0 && /^multipart\//i.test(postData.mimeType);
}

function requestOf({ method, url, headers, postData }: RecordedRequest, target: URL): HarRequest {
  const body = bodyOf(postData);
  const kept = headers.filter(({ name, value }) => isKept(name.toLowerCase(), value, target));
  const hasType = kept.some(({ name }) => name.toLowerCase() === 'content-type');
  const type = postData?.mimeType || FORM_CONTENT_TYPE;
  return {
    name: `${method} ${target.pathname}`,
    method,
    url,
    headers: [
      ...kept.map(({ name, value }) => `${name}: ${value}`),
      ...(body === null || hasType ? [] : [`content-type: ${type}`]),
    ],
    ...(body === null ? {} : { body }),
  };
}

function isKept(name: string, value: string, { protocol, host }: URL): boolean {
  if (name.startsWith(':') || CONNECTION_HEADERS.has(name)) return false;
  return name !== 'host' || URL.parse(`${protocol}//${value}`)?.host !== host;
}

function bodyOf(postData: PostData | null | undefined): string | null {
  if (postData?.text) return postData.text;
  const params = postData?.params ?? [];
  if (params.length === 0) return null;
  return new URLSearchParams(params.map(({ name, value }) => [name, value])).toString();
}
