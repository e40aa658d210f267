import type { Arrivals, Pacing } from '../../protocol/load.ts';
import type { ClientName, WorkerMode } from '../../protocol/plan.ts';
import type { CurlRedirects, MethodOnRedirect, RowsMode } from '../../protocol/request.ts';
import type { Framing, PresetName, TokenCount } from '../../protocol/stream.ts';

/**
 * Headers: an object of names and values, of which a list is the same header several times, or a list of
 * `Name: value`. A `Headers` of fetch is taken too.
 */
export type HeadersOption =
  | readonly string[]
  | Readonly<Record<string, string | number | readonly (string | number)[]>>
  | Iterable<readonly [name: string, value: string]>;

/** A preset of one's own: what is sent to a kind of server of models, and how its answers are read (docs/models.md). */
export interface PresetOptions {
  /** The preset that says whatever this one does not. */
  readonly like?: PresetName | undefined;
  /** What it is for. */
  readonly title?: string | undefined;
  /** Behind the path of the URL; `MODEL` stands for the model. */
  readonly path?: string | undefined;
  /** What is sent, as JSON: `$model`, `$prompt` and `$maxTokens` stand for their values. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** `Name: value`. */
  readonly headers?: Texts | undefined;
  /** The header of the API key; in `authorization` it stands behind `Bearer`. */
  readonly keyHeader?: string | undefined;
  /** Where the server says which models it has, and a JSON path to the first of them. */
  readonly modelsPath?: string | undefined;
  readonly modelsAt?: string | undefined;
  /** As the options of the same names say it. */
  readonly stream?: Framing | 'auto' | undefined;
  readonly tokenPath?: Texts | undefined;
  readonly usagePath?: Texts | undefined;
  /** JSON paths to the text of an event that is reasoning. */
  readonly reasoningPath?: Texts | undefined;
  /** The data of an event after which nothing comes. */
  readonly endMark?: string | undefined;
  /** JSON paths to what says that the stream is complete, where it is neither null nor false. */
  readonly endPath?: Texts | undefined;
}

/** One text, or a list. */
export type Texts = string | readonly string[];

/** A number of milliseconds, or text with a unit: `500ms`, `10s`, `2m`, `1h`. */
export type Duration = number | string;

/** What a caller may say of one request. Texts may have placeholders (docs/requests.md). */
export interface RequestOptions {
  /** `http://…` or `https://…`, or a `URL`; `host:port/path` means http. */
  readonly url: string | URL;
  /** True: path and query go out as they are written; else as the URL standard writes them. */
  readonly pathAsIs?: boolean | undefined;
  /** What the request line says instead of path and query; in Latin-1, as it goes over the wire. */
  readonly requestTarget?: string | undefined;
  /** Lower-case names of headers that are sent by default, and are not to be. */
  readonly withoutHeaders?: readonly string[] | undefined;
  /** With `user`: Digest authorization instead of Basic. */
  readonly digest?: boolean | undefined;
  /** What becomes of the method when a redirect is followed; by default `standard`. */
  readonly methodOnRedirect?: MethodOnRedirect | undefined;
  /** Lower-case names of headers that go where a redirect drops the body; by default those that RFC 9110 names (15.4). */
  readonly headersOfBody?: readonly string[] | undefined;
  /** Redirects are followed as curl does, as these say; by default as the standard says. */
  readonly curlRedirects?: CurlRedirects | undefined;
  /** `GET`, or `POST` where there is a body. */
  readonly method?: string | undefined;
  /** `{ 'x-key': 'a' }`, or `['x-key: a']`. */
  readonly headers?: HeadersOption | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** A file whose bytes are the body; `-` is stdin. */
  readonly bodyFile?: string | undefined;
  /**
   * What is sent as JSON, with content type and accept: a value that JSON can say. Text is JSON already, or `@` and
   * the file that holds it.
   */
  readonly json?: unknown;
  /** Form fields as `name=value`, encoded into the body. */
  readonly dataUrlencode?: Texts | undefined;
  /** `name:password`, for Basic authorization. */
  readonly user?: string | undefined;
  /** The environment variable that holds a bearer token. */
  readonly bearerEnv?: string | undefined;
  readonly cookie?: string | undefined;
  readonly userAgent?: string | undefined;
  /** False: each request asks for the end of its connection. */
  readonly keepalive?: boolean | undefined;
  /** Form parts as curl's `-F` takes them: `name=text`, `name=@file`, with `;type=…` and `;filename=…`. */
  readonly form?: Texts | undefined;
  /** Redirects to follow; true for 10. */
  readonly location?: number | string | boolean | undefined;
  /** Asks for compressed answers, by an `accept-encoding` header. */
  readonly compressed?: boolean | undefined;
  /** Statuses that count as ok: `200`, `200,201`, `2xx`, `200-299`. */
  readonly expectStatus?: number | string | undefined;
  /** What headers have to say: `name: value`, `name`, `name contains text`, `name matches pattern`. */
  readonly expectHeader?: Texts | undefined;
  /** Texts that the body has to have. */
  readonly expectBody?: Texts | undefined;
  /** What the body has to be, as JSON: `path=value`, `path>=5`, `path exists`, `path length 3`. */
  readonly expectJson?: Texts | undefined;
  /** What an answer may take, from the first byte sent until its last one. */
  readonly expectTime?: Duration | undefined;
  /** Bytes that a body may have at most. */
  readonly maxBody?: number | string | undefined;
}

/** One of several requests of a run. */
export interface NamedRequestOptions extends RequestOptions {
  readonly name: string;
  /** How often it is sent, against the others; by default 1. */
  readonly weight?: number | string | undefined;
  /** False: `{{…}}` is sent as it is. */
  readonly placeholders?: boolean | undefined;
}

/**
 * What a caller may say of a run; all but the URL may be left out. Meanings and defaults are those of the command
 * line (docs/cli.md).
 */
export interface RunOptions extends Omit<RequestOptions, 'url'> {
  /** Where to send requests; left out where `urls`, `curl`, `curlFile`, `har` or `mix` say it. */
  readonly url?: string | URL | undefined;
  /** A file with one URL a line, sent in turn. */
  readonly urls?: string | undefined;
  /** A curl command, whose request is sent. */
  readonly curl?: string | undefined;
  /** A file that holds a curl command. */
  readonly curlFile?: string | undefined;
  /** A HAR file, whose requests are sent in turn. */
  readonly har?: string | undefined;
  /** Hosts of the HAR file to send to, with commas between them; by default those of its first page. */
  readonly harHosts?: string | undefined;
  /** Several requests by their weights; what is said of all of them holds for each that says nothing else. */
  readonly mix?: readonly NamedRequestOptions[] | undefined;
  /** Values for `{{name}}`. */
  readonly variables?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** A CSV or JSONL file whose columns fill `{{column}}`. */
  readonly rows?: string | undefined;
  /** What separates the cells of CSV rows: one character, or `tab`; by default a comma. */
  readonly delimiter?: string | undefined;
  /** Leaves out rows that cannot be read; the result says how many. */
  readonly skipBadRows?: boolean | undefined;
  /** How rows are taken: in turn for ever, each once, or at random; by default cycle. */
  readonly rowsMode?: RowsMode | undefined;
  /** Workers; by default the cores less one, at least 1, at most the concurrency. */
  readonly workers?: number | string | undefined;
  /** Connections in all; by default 50. */
  readonly concurrency?: number | string | undefined;
  /** Requests in all; `k` and `m` stand for thousand and million. */
  readonly requests?: number | string | undefined;
  /** Stop starting requests after this; `10s` where no number of requests is given. */
  readonly duration?: Duration | undefined;
  readonly mode?: WorkerMode | undefined;
  /** What speaks HTTP: `undici`, or `wire`, which costs less per request; by default undici. */
  readonly client?: ClientName | undefined;
  /** Open model: requests a second in all (`200`, `50/s`, `3000/m`), started whatever becomes of the others. */
  readonly rate?: number | string | undefined;
  /** The same, said as the time between two starts (`10ms`). */
  readonly every?: Duration | undefined;
  /** The same, over time: `10s:100,30s:100..1000,1m:1000`. */
  readonly stages?: string | undefined;
  /** Spacing of the starts in the open model; by default constant. */
  readonly arrivals?: Exclude<Arrivals, 'recorded'> | undefined;
  /** Open model: connections at most; beyond, requests wait in line. 10,000, or what open files allow. */
  readonly maxInFlight?: number | string | undefined;
  /** Open model: how a worker waits for the next start; by default as the cores at hand allow. */
  readonly pacing?: Pacing | 'auto' | undefined;
  /** From when a request is given to a connection until its last byte; `10s`. */
  readonly timeout?: Duration | undefined;
  /** The same load for this long before the measurement begins; `0s`. */
  readonly warmup?: Duration | undefined;
  /** Rounds of a hash that a worker computes over each answer's body before its next request; 0. */
  readonly cpuWork?: number | string | undefined;
  /** Comma-separated, or a list. */
  readonly percentiles?: string | number | readonly (string | number)[] | undefined;
  /** Rules that the result has to keep: `p99<50ms`, `error-rate<1%`, `throughput>500/s`. */
  readonly thresholds?: Texts | undefined;
  /** Rules like those, which also end the run as soon as they do not hold. */
  readonly abortOn?: Texts | undefined;
  /** For everything random; by default a random one, which the result names. */
  readonly seed?: number | string | undefined;
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined;
  /** A PEM file of the authorities to trust, instead of Node's. */
  readonly cacert?: string | undefined;
  /** PEM files of a client certificate and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name to ask the server for, and to check its certificate against, instead of the URL's. */
  readonly sni?: string | undefined;
  /** The lowest version of TLS. */
  readonly tlsMin?: '1.2' | '1.3' | undefined;
  /** `host:port:address`: what that name stands for, without a look-up. */
  readonly resolve?: Texts | undefined;
  /** Of several addresses: `spread` connections over all of them in turn, or begin with the `first`. */
  readonly addresses?: 'spread' | 'first' | undefined;
  /** `host1:port1:host2:port2`: where connections to the first really go; empty parts are any, or the same. */
  readonly connectTo?: Texts | undefined;
  /** The path of a socket that all connections go to. */
  readonly unixSocket?: string | undefined;
  /** `http://name:password@host:port`: `http://` requests are given to this proxy, all others go through tunnels. */
  readonly proxy?: string | undefined;
  /** Tunnels through the proxy for `http://` requests too. */
  readonly proxyTunnel?: boolean | undefined;
  /** HTTP/2 over TLS. */
  readonly http2?: boolean | undefined;
  /** HTTP/2 without TLS, by prior knowledge. */
  readonly h2c?: boolean | undefined;
  /** What is sent to a server of models, and how its answers are read (docs/models.md). */
  readonly preset?: PresetName | (string & {}) | undefined;
  /** Presets of one's own by their names; they come before those that volley has. */
  readonly presets?: Readonly<Record<string, PresetOptions>> | undefined;
  /** The model that a preset asks; where it is left out, the first that the server names. */
  readonly model?: string | undefined;
  /** What it is asked, or `@` and a file. */
  readonly prompt?: string | undefined;
  /** A file of what it is asked: by lines (`.txt`), CSV or JSONL with a column `prompt`, or JSON. */
  readonly prompts?: string | undefined;
  /** Made-up prompts of about this many tokens: `300`, `100..500`, `300+-60`. */
  readonly syntheticPrompts?: string | undefined;
  /** About this many more tokens, with which all prompts begin. */
  readonly sharedPrefix?: number | string | undefined;
  /** A file that says when requests came, and how many tokens each had: they are sent as they came. */
  readonly trace?: string | undefined;
  /** How much faster than it was recorded; 1. */
  readonly speed?: number | string | undefined;
  /** Tokens that an answer may have; 128. */
  readonly maxTokens?: number | string | undefined;
  /** The environment variable that holds the API key. */
  readonly apiKeyEnv?: string | undefined;
  /** Reads answers as streams of tokens; `auto` is by their content type. */
  readonly stream?: Framing | 'auto' | undefined;
  /** JSON paths to the text of an event. */
  readonly tokenPath?: Texts | undefined;
  /** JSON paths to the number of tokens that the server says. */
  readonly usagePath?: Texts | undefined;
  /** How tokens are counted; by default `auto`. */
  readonly tokens?: TokenCount | undefined;
  /** How long a stream may be silent. */
  readonly stallTimeout?: Duration | undefined;
  /** Cancels a share of the requests: `10%@500ms`, `10%@first`, `10%@20tokens`. */
  readonly cancel?: string | undefined;
  /** What a good answer keeps: `ttft<500ms,tpot<50ms`. */
  readonly slo?: string | undefined;
  /** How many of the requests have to be good: `99%`. */
  readonly sloTarget?: string | undefined;
  /** With HTTP/2: requests at once on each connection; by default 1. */
  readonly streams?: number | string | undefined;
}
