/** What the server said of tracks a moment ago. */
import type { Clock } from "./clock";
import type { Item, Playback, Source } from "./types";

/** Addresses are good for a day at least; an hour needs no trust in anybody's calendar. */
const FRESH_MS = 3_600_000;
const MOST = 50;

interface Known {
  at: number;
  playback: Promise<Playback>;
}

export class Addresses {
  #source: Source;
  #clock: Clock;
  #known = new Map<string, Known>();
  #stopped = new AbortController();

  constructor(source: Source, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** @throws what the source throws. */
  async of({ trackId }: Item, fresh: boolean, signal: AbortSignal): Promise<Playback> {
    const known = this.#known.get(trackId);
    const old = !known || this.#clock.now() - known.at > FRESH_MS;
    const playback = known && !old && !fresh ? known.playback : this.#ask(trackId);
    const answer = await playback;
    signal.throwIfAborted();
    return answer;
  }

  destroy(): void {
    this.#stopped.abort();
    this.#known.clear();
  }

  #ask(trackId: string): Promise<Playback> {
    const playback = this.#source.playback(trackId, this.#stopped.signal);
    this.#known.delete(trackId);
    this.#known.set(trackId, { at: this.#clock.now(), playback });
    playback.catch(() => {
      if (this.#known.get(trackId)?.playback === playback) this.#known.delete(trackId);
    });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    return playback;
  }
}
