import type { Arrivals, Pacing } from '../../protocol/load.ts';
import type { ClientName, WorkerMode } from '../../protocol/plan.ts';
import type { CurlRedirects, MethodOnRedirect, RowsMode } from '../../protocol/request.ts';
import type { Framing, PresetName, TokenCount } from '../../protocol/stream.ts';

/**
 * Headers: an object of names and values, in which a list is the same header several times, or a list of
 * `Name: value`. A `Headers` object of fetch is accepted too.
 */
export type HeadersOption =
  | readonly string[]
  | Readonly<Record<string, string | number | readonly (string | number)[]>>
  | Iterable<readonly [name: string, value: string]>;

/** A custom preset: what is sent to a kind of model server, and how its answers are read (docs/models.md). */
export interface PresetOptions {
  /** The preset whose settings apply wherever this one has none. */
  readonly like?: PresetName | undefined;
  /** What the preset is for, in a few words. */
  readonly title?: string | undefined;
  /** Appended to the path of the URL; `MODEL` is replaced by the model. */
  readonly path?: string | undefined;
  /** The JSON to send: `$model`, `$prompt` and `$maxTokens` are replaced by their values. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** `Name: value`. */
  readonly headers?: Texts | undefined;
  /** The header for the API key; in `authorization` the key follows `Bearer`. */
  readonly keyHeader?: string | undefined;
  /** Where the server lists its models, and a JSON path to the first of them. */
  readonly modelsPath?: string | undefined;
  readonly modelsAt?: string | undefined;
  /** Like the options of the same names. */
  readonly stream?: Framing | 'auto' | undefined;
  readonly tokenPath?: Texts | undefined;
  readonly usagePath?: Texts | undefined;
  /** JSON paths to the text of an event that contains reasoning. */
  readonly reasoningPath?: Texts | undefined;
  /** The data of the last event of a stream. */
  readonly endMark?: string | undefined;
  /** JSON paths to a value that marks the stream as complete unless it is null or false. */
  readonly endPath?: Texts | undefined;
}

/** One text or a list. */
export type Texts = string | readonly string[];

/** A number of milliseconds, or text with a unit: `500ms`, `10s`, `2m`, `1h`. */
export type Duration = number | string;

/** Options of one request. Texts may contain placeholders (docs/requests.md). */
export interface RequestOptions {
  /** `http://…` or `https://…`, or a `URL`; `host:port/path` means http. */
  readonly url: string | URL;
  /** True: path and query are sent as written; otherwise as the URL standard normalizes them. */
  readonly pathAsIs?: boolean | undefined;
  /** Replaces path and query in the request line; in Latin-1, as it goes over the wire. */
  readonly requestTarget?: string | undefined;
  /** Lower-case names of default headers that are not sent. */
  readonly withoutHeaders?: readonly string[] | undefined;
  /** With `user`: Digest authorization instead of Basic. */
  readonly digest?: boolean | undefined;
  /** How following a redirect changes the method; by default `standard`. */
  readonly methodOnRedirect?: MethodOnRedirect | undefined;
  /** Lower-case names of headers dropped together with the body on a redirect; by default those of RFC 9110, 15.4. */
  readonly headersOfBody?: readonly string[] | undefined;
  /** Redirects are followed as curl does with these settings; by default according to the standard. */
  readonly curlRedirects?: CurlRedirects | undefined;
  /** By default `GET`, or `POST` with a body. */
  readonly method?: string | undefined;
  /** `{ 'x-key': 'a' }`, or `['x-key: a']`. */
  readonly headers?: HeadersOption | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** A file whose bytes are the body; `-` is stdin. */
  readonly bodyFile?: string | undefined;
  /**
   * The body as JSON, with content type and accept: any value that JSON can represent. A text is taken as JSON, or as
   * `@` and the name of a file that contains it.
   */
  readonly json?: unknown;
  /** Form fields as `name=value`, which are encoded into the body. */
  readonly dataUrlencode?: Texts | undefined;
  /** `name:password`, for Basic authorization; may contain `{{env NAME}}`. */
  readonly user?: string | undefined;
  /** The environment variable that contains a bearer token. */
  readonly bearerEnv?: string | undefined;
  readonly cookie?: string | undefined;
  readonly userAgent?: string | undefined;
  /** False: each request asks for its connection to be closed. */
  readonly keepalive?: boolean | undefined;
  /** Form parts as curl's `-F` takes them: `name=text`, `name=@file`, with `;type=…` and `;filename=…`. */
  readonly form?: Texts | undefined;
  /** Number of redirects to follow; true for 10. */
  readonly location?: number | string | boolean | undefined;
  /** Asks for compressed answers with an `accept-encoding` header. */
  readonly compressed?: boolean | undefined;
  /** Good statuses: `200`, `200,201`, `2xx`, `200-299`. */
  readonly expectStatus?: number | string | undefined;
  /** Expected headers: `name: value`, `name`, `name contains text`, `name matches pattern`. */
  readonly expectHeader?: Texts | undefined;
  /** Texts that the body must contain. */
  readonly expectBody?: Texts | undefined;
  /** Expectations of a JSON body: `path=value`, `path>=5`, `path exists`, `path length 3`. */
  readonly expectJson?: Texts | undefined;
  /** Limit on the time of an answer, from the first byte sent until its last one. */
  readonly expectTime?: Duration | undefined;
  /** Limit on the size of a body in bytes. */
  readonly maxBody?: number | string | undefined;
}

/** One of several requests of a run. */
export interface NamedRequestOptions extends RequestOptions {
  readonly name: string;
  /** How often it is sent relative to the others; by default 1. */
  readonly weight?: number | string | undefined;
  /** False: `{{…}}` is sent literally. */
  readonly placeholders?: boolean | undefined;
}

/**
 * Options of a run; only the URL is required. Their meanings and defaults are those of the command
 * line (docs/cli.md).
 */
export interface RunOptions extends Omit<RequestOptions, 'url'> {
  /** Where to send requests; optional with `urls`, `curl`, `curlFile`, `har` or `mix`. */
  readonly url?: string | URL | undefined;
  /** A file with one URL per line, which are requested in turn. */
  readonly urls?: string | undefined;
  /** A curl command whose request is sent. */
  readonly curl?: string | undefined;
  /** A file that contains a curl command. */
  readonly curlFile?: string | undefined;
  /** A HAR file whose requests are sent in turn. */
  readonly har?: string | undefined;
  /** Hosts of the HAR file to send to, separated by commas; by default those of its first page. */
  readonly harHosts?: string | undefined;
  /** Several requests with weights; other options apply to each request that does not set them itself. */
  readonly mix?: readonly NamedRequestOptions[] | undefined;
  /** Values for `{{name}}`. */
  readonly variables?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** A CSV or JSONL file whose columns fill `{{column}}`. */
  readonly rows?: string | undefined;
  /** Separator of CSV cells: one character, or `tab`; by default a comma. */
  readonly delimiter?: string | undefined;
  /** Skips rows that cannot be read; their number is in the result. */
  readonly skipBadRows?: boolean | undefined;
  /** How rows are used: repeatedly in order, each once, or at random; by default cycle. */
  readonly rowsMode?: RowsMode | undefined;
  /** Number of workers; by default the cores minus one, at least 1 and at most the concurrency. */
  readonly workers?: number | string | undefined;
  /** Total number of connections; by default 50. */
  readonly concurrency?: number | string | undefined;
  /** Total number of requests; `k` and `m` mean thousand and million. */
  readonly requests?: number | string | undefined;
  /** Stop starting requests after this time; `10s` if no number of requests is given. */
  readonly duration?: Duration | undefined;
  readonly mode?: WorkerMode | undefined;
  /** The HTTP client: `undici`, or `wire`, which costs less per request; by default undici. */
  readonly client?: ClientName | undefined;
  /** Open model: total requests per second (`200`, `50/s`, `3000/m`); they start on time, whether earlier ones have ended or not. */
  readonly rate?: number | string | undefined;
  /** Open model: the rate as the time between two starts (`10ms`). */
  readonly every?: Duration | undefined;
  /** Open model: a rate that changes over time: `10s:100,30s:100..1000,1m:1000`. */
  readonly stages?: string | undefined;
  /** Spacing of starts in the open model; by default constant. */
  readonly arrivals?: Exclude<Arrivals, 'recorded'> | undefined;
  /** Open model: limit on connections; beyond it requests are queued. By default 10,000, or what open files allow. */
  readonly maxInFlight?: number | string | undefined;
  /** Open model: how a worker waits for the next start; by default depending on the available cores. */
  readonly pacing?: Pacing | 'auto' | undefined;
  /** Limit for a whole request: connecting, sending and the complete answer; by default `10s`. */
  readonly timeout?: Duration | undefined;
  /** Applies the same load for this long before the measurement begins; by default `0s`. */
  readonly warmup?: Duration | undefined;
  /** A name for what is measured: in titles, and `plan.name` of its result. */
  readonly name?: string | undefined;
  /** Rounds of a hash that a worker computes over each answer's body before its next request; by default 0. */
  readonly cpuWork?: number | string | undefined;
  /** Percentiles to report, as a list or separated by commas. */
  readonly percentiles?: string | number | readonly (string | number)[] | undefined;
  /** Rules that the result must satisfy: `p99<50ms`, `error-rate<1%`, `throughput>500/s`. */
  readonly thresholds?: Texts | undefined;
  /** Rules like those, which also end the run as soon as they are broken. */
  readonly abortOn?: Texts | undefined;
  /** Seed for everything random; by default a random one, which is in the result. */
  readonly seed?: number | string | undefined;
  /** Accepts any certificate. */
  readonly insecure?: boolean | undefined;
  /** A PEM file with the certificate authorities to trust instead of Node's. */
  readonly cacert?: string | undefined;
  /** PEM files with a client certificate and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name to request from the server and to check its certificate against, instead of the URL's. */
  readonly sni?: string | undefined;
  /** The lowest TLS version. */
  readonly tlsMin?: '1.2' | '1.3' | undefined;
  /** `host:port:address`: the address to use for that name, without a look-up. */
  readonly resolve?: Texts | undefined;
  /** For names with several addresses: `spread` connections over all in turn, or try the `first` first. */
  readonly addresses?: 'spread' | 'first' | undefined;
  /** `host1:port1:host2:port2`: connections to the first go to the second; empty parts match any, or stay the same. */
  readonly connectTo?: Texts | undefined;
  /** The path of a Unix socket for all connections. */
  readonly unixSocket?: string | undefined;
  /** `http://name:password@host:port`: a proxy that forwards `http://` requests and tunnels all others. */
  readonly proxy?: string | undefined;
  /** Uses tunnels through the proxy for `http://` requests too. */
  readonly proxyTunnel?: boolean | undefined;
  /** HTTP/2 over TLS. */
  readonly http2?: boolean | undefined;
  /** HTTP/2 without TLS, by prior knowledge. */
  readonly h2c?: boolean | undefined;
  /** What is sent to a model server, and how its answers are read (docs/models.md). */
  readonly preset?: PresetName | (string & {}) | undefined;
  /** Custom presets by name; they take precedence over the built-in ones. */
  readonly presets?: Readonly<Record<string, PresetOptions>> | undefined;
  /** The model to use with a preset; by default the first one that the server lists. */
  readonly model?: string | undefined;
  /** The prompt, or `@` and a file. */
  readonly prompt?: string | undefined;
  /** A file of prompts: one per line (`.txt`), CSV or JSONL with a column `prompt`, or JSON. */
  readonly prompts?: string | undefined;
  /** Synthetic prompts of about this many tokens: `300`, `100..500`, `300+-60`. */
  readonly syntheticPrompts?: string | undefined;
  /** About this many further tokens, with which all prompts begin. */
  readonly sharedPrefix?: number | string | undefined;
  /** A file with the recorded times and token counts of requests, which are replayed at those times. */
  readonly trace?: string | undefined;
  /** Factor by which the replay is faster than the recording; by default 1. */
  readonly speed?: number | string | undefined;
  /** Limit on the tokens of an answer; by default 128. */
  readonly maxTokens?: number | string | undefined;
  /** The environment variable that contains the API key. */
  readonly apiKeyEnv?: string | undefined;
  /** Reads answers as streams of tokens; `auto` decides by their content type. */
  readonly stream?: Framing | 'auto' | undefined;
  /** JSON paths to the text of an event. */
  readonly tokenPath?: Texts | undefined;
  /** JSON paths to the number of tokens reported by the server. */
  readonly usagePath?: Texts | undefined;
  /** How tokens are counted; by default `auto`. */
  readonly tokens?: TokenCount | undefined;
  /** Limit on the silence within a stream. */
  readonly stallTimeout?: Duration | undefined;
  /** Cancels a share of the requests: `10%@500ms`, `10%@first`, `10%@20tokens`. */
  readonly cancel?: string | undefined;
  /** Conditions for a good answer: `ttft<500ms,tpot<50ms`. */
  readonly slo?: string | undefined;
  /** Share of the requests that must be good: `99%`. */
  readonly sloTarget?: string | undefined;
  /** With HTTP/2: concurrent requests on each connection; by default 1. */
  readonly streams?: number | string | undefined;
}
