/** A SourceBuffer as promises: one thing after another, as it wants to be asked. */
import type { Window } from "./plan";

export const TYPE = 'audio/mp4; codecs="flac"';

export class Sink {
  #media: MediaSource;
  #buffer: SourceBuffer;
  /** What was asked last: the buffer does one thing at a time. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(media: MediaSource, buffer: SourceBuffer) {
    this.#media = media;
    this.#buffer = buffer;
  }

  /** Puts a new, empty one on the element. */
  static async on(
    element: HTMLMediaElement,
    kind: typeof MediaSource,
    signal: AbortSignal,
  ): Promise<Sink> {
    const media = new kind();
    const opened = new Promise<void>((resolve, reject) => {
      media.addEventListener("sourceopen", () => resolve(), { once: true, signal });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const url = URL.createObjectURL(media);
    // The managed kind wants to know that nothing else will play it.
    element.disableRemotePlayback = true;
    element.src = url;
    element.load();
    try {
      await opened;
    } finally {
      URL.revokeObjectURL(url);
    }
    return new Sink(media, media.addSourceBuffer(TYPE));
  }

  get open(): boolean {
    return this.#media.readyState !== "closed";
  }

  get buffered(): TimeRanges {
    return this.#buffer.buffered;
  }

  /** Tells where what follows goes. */
  aim({ timestampOffset, appendWindowStart, appendWindowEnd }: Window): Promise<void> {
    return this.#after(async () => {
      const buffer = this.#buffer;
      // Ends what was begun, so that the parser is ready for another header.
      if (this.#media.readyState === "open") buffer.abort();
      buffer.timestampOffset = timestampOffset;
      buffer.appendWindowStart = 0;
      buffer.appendWindowEnd = appendWindowEnd;
      buffer.appendWindowStart = appendWindowStart;
    });
  }

  /** @throws DOMException named QuotaExceededError when it is full. */
  append(bytes: ArrayBuffer): Promise<void> {
    return this.#after(() => this.#done(() => this.#buffer.appendBuffer(bytes)));
  }

  remove(from: number, to: number): Promise<void> {
    return this.#after(() => this.#done(() => this.#buffer.remove(from, to)));
  }

  /**
   * It goes on to there at least, seconds. Where a length is unknown, browsers take seeks behind
   * what is buffered as seeks to its end.
   */
  reach(seconds: number): Promise<void> {
    return this.#after(async () => {
      const { duration, readyState } = this.#media;
      const known = Number.isFinite(duration) && duration >= seconds;
      if (known || readyState !== "open") return;
      const { buffered } = this.#buffer;
      const least = buffered.length ? buffered.end(buffered.length - 1) : 0;
      this.#media.duration = Math.max(seconds, least);
    });
  }

  /** Nothing follows: the element ends with what is there. Appending more takes it back. */
  end(): Promise<void> {
    return this.#after(async () => {
      if (this.#media.readyState === "open") this.#media.endOfStream();
    });
  }

  #after<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #done(work: () => void): Promise<void> {
    const buffer = this.#buffer;
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const settle = (finish: () => void): void => {
        stop.abort();
        finish();
      };
      const { signal } = stop;
      const failed = (): void => settle(() => reject(new Error("it does not take these bytes")));
      buffer.addEventListener("updateend", () => settle(resolve), { signal });
      buffer.addEventListener("error", failed, { signal });
      this.#media.addEventListener("sourceclose", failed, { signal });
      try {
        work();
      } catch (error) {
        settle(() => reject(error));
      }
    });
  }
}
