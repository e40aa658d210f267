import { headlineOf } from '../../protocol/load.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { Paint } from '../reporters/view.ts';
import { Keyboard, type KeyStream } from './keyboard.ts';
import type { LiveState } from './live-state.ts';
import { Sampler } from './sampler.ts';
import { type Look, renderScreen, withHeatMapSwitched, withTableSwitched } from './screen.ts';
import { type ScreenStream, Terminal } from './terminal.ts';

const FRAME_MS = 500;
/** If the event loop is later than this, drawing is skipped. */
const LATE_MS = 50;
/** But a frame is drawn after at most this many skipped ones. */
const MOST_SKIPPED = 4;

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const CTRL_BACKSLASH = '\x1c';
/** Signals that end the process at once; SIGINT and SIGTERM end the run first. */
const DEADLY = ['SIGHUP', 'SIGQUIT'] as const;

/** What keys do to a run. */
interface Controls {
  /** Like the first Ctrl-C. */
  stop(): void;
  /** Like the second. */
  abort(): void;
  /** Like Ctrl-C. */
  interrupt(): void;
}

/** On Windows these keys mean nothing: one of the signals does not exist, the other ends a process without its listeners. */
function hasSignals(): boolean {
  return process.platform !== 'win32';
}

/** The streams of a screen, and callbacks for taking over the terminal. */
interface Seat {
  readonly screen: ScreenStream;
  readonly keys: KeyStream;
  readonly paint: Paint;
  /** The screen has taken over the terminal, or given it back. */
  onEnter(): void;
  onLeave(): void;
}

/** Shows a run on the alternate screen while it lasts, and restores the terminal however the run ends. */
export class LiveScreen {
  readonly #snapshot: () => Snapshot | null;
  readonly #controls: Controls;
  readonly #seat: Seat;
  readonly #sampler: Sampler;
  readonly #terminal: Terminal;
  readonly #keyboard: Keyboard;
  readonly #onEnd = (): void => this.#leave();
  readonly #onDeath = (signal: NodeJS.Signals): void => {
    this.end();
    process.kill(process.pid, signal);
  };
  readonly #onContinued = (): void => {
    if (this.#newest !== null) this.#enter();
    this.#draw();
  };
  readonly #onResized = (): void => this.#draw();
  #timer: NodeJS.Timeout | null = null;
  #newest: LiveState | null = null;
  #shown: LiveState | null = null;
  #look: Look;
  #skipped = 0;

  constructor(plan: RunPlan, snapshot: () => Snapshot | null, controls: Controls, seat: Seat) {
    this.#snapshot = snapshot;
    this.#controls = controls;
    this.#seat = seat;
    this.#sampler = new Sampler(plan);
    this.#terminal = new Terminal(seat.screen);
    this.#keyboard = new Keyboard(seat.keys, (key) => this.#press(key));
    this.#look = {
      latency: headlineOf(plan.load),
      hasTable: null,
      hasHeatMap: true,
      isFrozen: false,
      hasKeys: this.#keyboard.exists,
      note: null,
    };
  }

  /** Starts watching the run; the screen appears once the run has begun. */
  begin(): void {
    process.on('exit', this.#onEnd);
    // The error is printed after this: on the alternate screen it would be lost.
    process.on('uncaughtExceptionMonitor', this.#onEnd);
    process.on('SIGCONT', this.#onContinued);
    for (const signal of DEADLY) process.on(signal, this.#onDeath);
    this.#seat.screen.on?.('resize', this.#onResized);
    this.#wait();
  }

  /** Shows a sentence in the last line until the next one. */
  note(sentence: string): void {
    this.#look = { ...this.#look, note: sentence };
    this.#draw();
  }

  /** Restores the terminal. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#leave();
    process.off('exit', this.#onEnd);
    process.off('uncaughtExceptionMonitor', this.#onEnd);
    process.off('SIGCONT', this.#onContinued);
    for (const signal of DEADLY) process.off(signal, this.#onDeath);
    this.#seat.screen.off?.('resize', this.#onResized);
  }

  #wait(): void {
    const dueMs = performance.now() + FRAME_MS;
    this.#timer = setTimeout(() => {
      const isLate = performance.now() - dueMs > LATE_MS;
      this.#skipped = isLate && this.#skipped < MOST_SKIPPED ? this.#skipped + 1 : 0;
      if (this.#skipped === 0) this.#lookAgain();
      this.#wait();
    }, FRAME_MS);
  }

  #lookAgain(): void {
    const snapshot = this.#snapshot();
    if (snapshot === null) return;
    this.#newest = this.#sampler.look(snapshot);
    if (this.#look.isFrozen) return;
    this.#enter();
    this.#draw();
  }

  #draw(): void {
    if (!this.#look.isFrozen) this.#shown = this.#newest;
    if (this.#shown === null) return;
    const { width, height } = this.#terminal;
    this.#terminal.draw(renderScreen(this.#shown, this.#look, width, height, this.#seat.paint));
  }

  #enter(): void {
    if (this.#terminal.isEntered) return;
    this.#seat.onEnter();
    this.#terminal.enter();
    this.#keyboard.open();
  }

  #leave(): void {
    if (!this.#terminal.isEntered) return;
    this.#keyboard.close();
    this.#terminal.leave();
    this.#seat.onLeave();
  }

  #press(key: string): void {
    const look = this.#look;
    const { width, height } = this.#terminal;
    switch (key) {
      case 'q':
        this.#controls.stop();
        return;
      case 'Q':
        this.#controls.abort();
        return;
      case ' ':
        this.#look = { ...look, isFrozen: !look.isFrozen };
        break;
      case 's':
        this.#look = { ...look, latency: look.latency === 'response' ? 'service' : 'response' };
        break;
      case 't':
        if (this.#shown !== null) this.#look = withTableSwitched(this.#shown, look, height);
        break;
      case 'h':
        if (this.#shown !== null) this.#look = withHeatMapSwitched(this.#shown, look, width, height);
        break;
      case CTRL_C:
        this.#controls.interrupt();
        return;
      case CTRL_Z:
        this.#suspend();
        return;
      case CTRL_BACKSLASH:
        if (hasSignals()) process.kill(process.pid, 'SIGQUIT');
        return;
      default:
        return;
    }
    this.#draw();
  }

  /** Stops the whole process group, as the terminal would if it handled the key itself. */
  #suspend(): void {
    if (!hasSignals()) return;
    this.#leave();
    process.kill(0, 'SIGTSTP');
  }
}
