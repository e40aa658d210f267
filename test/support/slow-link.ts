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
    // In one line, whatever timers do on a busy machine: bytes that overtake others are no path's doing.
    const line: { readonly dueAtMs: number; readonly pass: () => void }[] = [];
    const move = (): void => {
      const nowMs = this.#clock.nowMs();
      while (line[0] !== undefined && line[0].dueAtMs <= nowMs) {
        const { pass } = line.shift() as (typeof line)[number];
        if (this.#held === null) pass();
        else this.#held.push(pass);
      }
      if (line[0] !== undefined) setTimeout(move, Math.max(1, line[0].dueAtMs - nowMs));
    };
    const later = (bytes: number, pass: () => void): void => {
      const nowMs = this.#clock.nowMs();
      freeAtMs = Math.max(nowMs, freeAtMs) + bytes / this.#bytesPerMs;
      line.push({ dueAtMs: freeAtMs + this.#delayMs, pass });
      if (line.length === 1) setTimeout(move, Math.max(1, freeAtMs + this.#delayMs - nowMs));
    };
    from.on('data', (chunk) => later(chunk.length, () => to.write(chunk)));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      later(0, () => to.destroy());
    });
  }
}
