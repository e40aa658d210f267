import { connect, createServer, type Server, type Socket } from 'node:net';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { listening } from './target.ts';

/** A way to the broker that is long and narrow, and can be cut: what is on it then comes once it is mended. */
export class SlowLink {
  readonly #toPort: () => number;
  readonly #delayMs: number;
  readonly #bytesPerMs: number;
  readonly #clock = createMonotonicClock();
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #held: (() => void)[] | null = null;
  port = 0;

  /** @param delayMs each way */
  constructor(toPort: () => number, { delayMs, bytesPerMs }: { delayMs: number; bytesPerMs: number }) {
    this.#toPort = toPort;
    this.#delayMs = delayMs;
    this.#bytesPerMs = bytesPerMs;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer({ noDelay: true }, (near) => {
      const far = connect({ port: this.#toPort(), noDelay: true });
      this.#carry(near, far);
      this.#carry(far, near);
    });
    this.port = await listening(this.#server);
  }

  cut(): void {
    this.#held ??= [];
  }

  mend(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const pass of held) pass();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
  }

  #carry(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    let freeAtMs = 0;
    const later = (bytes: number, pass: () => void): void => {
      const nowMs = this.#clock.nowMs();
      freeAtMs = Math.max(nowMs, freeAtMs) + bytes / this.#bytesPerMs;
      setTimeout(
        () => (this.#held === null ? pass() : this.#held.push(pass)),
        freeAtMs - nowMs + this.#delayMs,
      );
    };
    from.on('data', (chunk) => later(chunk.length, () => to.write(chunk)));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      later(0, () => to.destroy());
    });
  }
}
