import {
  CODE,
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  LONGEST_FRAME_BYTES,
  MAX_31_BITS,
  readUint32,
  SETTING,
} from './frames.ts';
import { NotHttp2 } from './refusal.ts';

const SETTING_BYTES = 6;
/** A safe assumption until the target announces its limit (RFC 9113, 6.5.2). */
export const FIRST_STREAMS = 100;

/** The target's settings. */
export class PeerSettings {
  /** Its first SETTINGS have arrived. */
  isKnown = false;
  mostStreams: number;
  windowBytes = DEFAULT_WINDOW_BYTES;
  frameBytes = DEFAULT_FRAME_BYTES;
  /** Limit on a request's fields; infinite if not announced. */
  fieldBytes = Number.POSITIVE_INFINITY;

  /** @param mostStreams how many streams are assumed to be allowed until it says so */
  constructor(mostStreams = FIRST_STREAMS) {
    this.mostStreams = mostStreams;
  }

  /**
   * Takes the payload of a SETTINGS frame, `bytes[from…to)`; unknown settings are ignored.
   *
   * @returns what is wrong with it, or null
   */
  take(bytes: Uint8Array, from: number, to: number): NotHttp2 | null {
    if (!this.isKnown) this.mostStreams = Number.POSITIVE_INFINITY;
    this.isKnown = true;
    for (let at = from; at < to; at += SETTING_BYTES) {
      const id = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
      const problem = this.#set(id, readUint32(bytes, at + 2));
      if (problem !== null) return problem;
    }
    return null;
  }

  #set(id: number, value: number): NotHttp2 | null {
    switch (id) {
      case SETTING.enablePush:
        return value === 0 ? null : new NotHttp2('a server that allows pushes');
      case SETTING.maxConcurrentStreams:
        this.mostStreams = value;
        return null;
      case SETTING.initialWindowSize:
        if (value > MAX_31_BITS)
          return new NotHttp2(`an initial window of ${value} bytes`, CODE.flowControlError);
        this.windowBytes = value;
        return null;
      case SETTING.maxFrameSize:
        if (value < DEFAULT_FRAME_BYTES || value > LONGEST_FRAME_BYTES)
          return new NotHttp2(`a longest frame of ${value} bytes`);
        this.frameBytes = value;
        return null;
      case SETTING.maxHeaderListSize:
        this.fieldBytes = value;
        return null;
      default:
        return null;
    }
  }
}
