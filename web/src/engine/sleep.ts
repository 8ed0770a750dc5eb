/** Stops the music after a while, or when the track ends. */
import type { Clock } from "./clock";
import type { Engine } from "./types";

export type Sleep = { kind: "after"; until: number } | { kind: "track" } | null;

export class SleepTimer {
  #engine: Pick<Engine, "on" | "pause" | "setNext">;
  #clock: Clock;
  #told: (sleep: Sleep) => void;
  #sleep: Sleep = null;
  #cancel: () => void = () => undefined;

  /**
   * @param told hears what is set, and null when it is over.
   */
  constructor(
    engine: Pick<Engine, "on" | "pause" | "setNext">,
    clock: Clock,
    told: (sleep: Sleep) => void = () => undefined,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#told = told;
  }

  get sleep(): Sleep {
    return this.#sleep;
  }

  /** Milliseconds that are left; null where it is not by the clock. */
  left(): number | null {
    return this.#sleep?.kind === "after" ? this.#sleep.until - this.#clock.now() : null;
  }

  after(minutes: number): void {
    const ms = minutes * 60_000;
    this.#set({ kind: "after", until: this.#clock.now() + ms });
    this.#cancel = this.#clock.after(ms, () => {
      this.#engine.pause();
      this.clear();
    });
  }

  /**
   * The track that plays is the last one. Whoever tells the engine what follows asks `isLast`
   * before, also when the track is over and something similar could go on.
   */
  atEndOfTrack(): void {
    this.#set({ kind: "track" });
    this.#engine.setNext(null);
    this.#cancel = this.#engine.on("exhausted", () => queueMicrotask(() => this.clear()));
  }

  get isLast(): boolean {
    return this.#sleep?.kind === "track";
  }

  clear(): void {
    this.#set(null);
  }

  #set(sleep: Sleep): void {
    this.#cancel();
    this.#cancel = () => undefined;
    this.#sleep = sleep;
    this.#told(sleep);
  }
}
