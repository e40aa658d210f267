import type { RequestParams, Url } from '../../protocol/test-definition.ts';
import { secretsInBody } from '../../requests/body-secrets.ts';
import { secretsInData } from '../../requests/data-secrets.ts';
import { namedSecretsIn } from '../../requests/named-secrets.ts';
import { secretsInQuery } from '../../requests/parameter-secrets.ts';
import { secretsInHeaders } from '../../requests/secret-headers.ts';

/** A login is mostly the first request, and every later one has what it gave. */
const MOST_FIRST = 2;
const MOST_LAST = 2;
/** Longer texts would take much memory, as there may be many users. */
const LONGEST_SENT = 16_384;
/** The same of an answer; one that gives a token is short. */
const LONGEST_READ = 4_096;

interface Sent {
  readonly url: string | Url;
  readonly params: RequestParams | undefined;
}

/**
 * What a user has sent and read of late that may hold secrets. Only once something has failed, or has a new name, are
 * they looked for: what goes well pays for a reference.
 */
export class UserSecrets {
  readonly #sent: Sent[];
  readonly #read: string[];
  /** What every iteration begins with. */
  readonly #first: UserSecrets | null;

  constructor(first: UserSecrets | null = null) {
    this.#sent = first === null ? [] : [...first.#sent];
    this.#read = first === null ? [] : [...first.#read];
    this.#first = first;
  }

  /** The same, with what has been seen so far for all iterations. */
  keeping(): UserSecrets {
    return new UserSecrets(this);
  }

  /** What the next iteration begins with. */
  get kept(): UserSecrets | null {
    return this.#first === null ? null : new UserSecrets(this.#first);
  }

  sent(url: string | Url, params: RequestParams | undefined): void {
    const isLong = typeof params?.body === 'string' && params.body.length > LONGEST_SENT;
    keep(this.#sent, { url, params: isLong ? { ...params, body: '' } : params });
  }

  read(text: string): void {
    if (text.length <= LONGEST_READ) keep(this.#read, text);
  }

  /** The values that their names call a secret. */
  get found(): string[] {
    return [
      ...this.#sent.flatMap(({ url, params }) => [
        ...secretsInQuery(typeof url === 'string' ? url : url.href),
        ...(params === undefined ? [] : secretsInParams(params)),
      ]),
      ...this.#read.flatMap(namedSecretsIn),
    ];
  }
}

/** Whether a request has anything in which a secret could be. */
export function mayHoldSecrets(url: string | Url, params: RequestParams | undefined): boolean {
  if (params !== undefined) return true;
  return typeof url === 'string' ? url.includes('?') : true;
}

/** The first of a list and the last, which it keeps. */
function keep<T>(list: T[], one: T): void {
  if (list.length === MOST_FIRST + MOST_LAST) list.splice(MOST_FIRST, 1);
  list.push(one);
}

function secretsInParams({ headers, query, json, form, body }: RequestParams): string[] {
  const own = Object.entries(headers ?? {}).flatMap(([name, value]) => [name, String(value)]);
  const type = own.find((_, at) => at % 2 === 1 && /^content-type$/i.test(own[at - 1] ?? '')) ?? '';
  return [
    ...secretsInHeaders(own),
    ...[query, json, form].flatMap((data) => (typeof data === 'object' ? secretsInData(data) : [])),
    ...(typeof body === 'string' ? secretsInBody(type.replace(/\s*;.*/s, ''), Buffer.from(body)) : []),
  ];
}
