import { Interrupted } from '../../protocol/scenario-errors.ts';
import type { RequestParams, Url } from '../../protocol/test-definition.ts';
import { secretsInData } from '../../requests/data-secrets.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import { isA } from './script-place.ts';
import { mayHoldSecrets, UserSecrets } from './user-secrets.ts';

/** Only what looks random is taken out of a name, which may be a word that is a password elsewhere. */
const IN_A_NAME = /^(?=.*\d)(?=.*[A-Za-z]).{8,}$|^.{20,}$/s;

/** Whose texts are shown to users of volley. */
export interface Discreet {
  /** Removes secrets from texts of this moment, also if that is done later. */
  hiding(): Hide;
}

/** Is told what has gone wrong where nobody awaits or catches it. */
interface DiscreetHost {
  /** Removes the run's secrets from a text. */
  readonly hide: Hide;
  unawaited(user: Discreet, promise: Promise<unknown>, reason: unknown): void;
  awaited(promise: Promise<unknown>): void;
  uncaught(user: Discreet, error: unknown): void;
}

/** A user whose code may repeat in errors and names what it has sent, read and kept: secrets in that are not shown. */
export abstract class DiscreetUser implements Discreet {
  // There may be very many users who send nothing: not more than a place for it.
  #seen: UserSecrets | null = null;

  protected abstract get host(): DiscreetHost;

  /** Data of the code's, and cookies. */
  protected abstract get kept(): readonly unknown[];

  unawaited(promise: Promise<unknown>, reason: unknown): void {
    // The end of a run rejects whatever is under way.
    if (!isA(reason, Interrupted)) this.host.unawaited(this, promise, reason);
  }

  awaited(promise: Promise<unknown>): void {
    this.host.awaited(promise);
  }

  uncaught(error: unknown): void {
    if (!isA(error, Interrupted)) this.host.uncaught(this, error);
  }

  hiding(): Hide {
    const [seen, kept] = [this.#seen, this.kept];
    let hide: Hide | null = null;
    return (text) => {
      hide ??= hiding(secretsIn(seen, kept));
      return hide(this.host.hide(text));
    };
  }

  /** Text of an answer, or one of its fields, which the code has read. */
  hasRead(text: string): void {
    this.#seen ??= new UserSecrets();
    this.#seen.read(text);
  }

  /** A new name of a group, a check or a request as it is shown. */
  shownName(name: string): string {
    return hiding(secretsIn(this.#seen, this.kept).filter((secret) => IN_A_NAME.test(secret)))(name);
  }

  protected hasSent(url: string | Url, params: RequestParams | undefined): void {
    if (!mayHoldSecrets(url, params)) return;
    this.#seen ??= new UserSecrets();
    this.#seen.sent(url, params);
  }

  /** The setup is over. */
  protected keepSeen(): void {
    this.#seen = this.#seen?.keeping() ?? null;
  }

  /** An iteration begins; what was seen before may still be looked into. */
  protected forgetSeen(): void {
    this.#seen = this.#seen?.kept ?? null;
  }
}

/** The code of a scenario may have put anything anywhere, such as getters that throw. */
function secretsIn(seen: UserSecrets | null, kept: readonly unknown[]): string[] {
  return [
    () => seen?.found ?? [],
    ...kept.map((data) => () => (typeof data === 'object' ? secretsInData(data) : [])),
  ].flatMap((find) => {
    try {
      return find();
    } catch {
      return [];
    }
  });
}
