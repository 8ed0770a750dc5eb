/** What is shared as a queue of its own, on the player engine. */
import { lazyEngine } from "../engine/lazy";
import { mediaSession } from "../engine/session";
import type { Engine, Failure, Item, Playback, Source, State } from "../engine/types";
import type { Share, SharedTrack } from "./types";

const FAILURES: Record<number, Failure> = { 403: "refused", 404: "gone", 410: "gone" };

/** Where a shared track can be played from: addresses that end with the share. */
export const sourceOf = ({ above }: Pick<Share, "above">): Source => ({
  playback: async (trackId, signal) => {
    const response = await fetch(`${above}/tracks/${trackId}/playback`, {
      signal,
      credentials: "omit",
    });
    if (response.ok) return (await response.json()) as Playback;
    throw new Error("it is not to be had", {
      cause: FAILURES[response.status] ?? "offline",
    });
  },
});

export interface Now {
  /** Place in the list; -1 before anything was played. */
  place: number;
  state: State;
  /** The last one that could not be played, and why. */
  failed: { place: number; failure: Failure } | null;
}

const itemOf = (track: SharedTrack, place: number): Item => ({
  key: String(place),
  trackId: track.id,
  albumId: track.album_id || null,
  durationMs: track.duration_ms,
});

export class Playing {
  readonly engine: Engine;
  readonly #tracks: readonly SharedTrack[];
  readonly #told: (now: Now) => void;
  #now: Now = { place: -1, state: "idle", failed: null };

  constructor(share: Share, told: (now: Now) => void, engine = lazyEngine(sourceOf(share))) {
    this.engine = engine;
    this.#tracks = share.tracks;
    this.#told = told;
    engine.on("state", ({ state }) => this.#tell({ state }));
    engine.on("started", ({ item, from }) => {
      const place = Number(item.key);
      if (from === "advance") this.#tell({ place });
      this.#tellNext();
    });
    engine.on("failed", ({ item, failure }) =>
      this.#tell({ failed: { place: Number(item.key), failure } }),
    );
    engine.on("exhausted", () => {
      if (this.has(1)) this.play(this.#now.place + 1);
    });
    mediaSession(engine, (item) => this.#shown(Number(item.key)), {
      next: () => this.skip(1),
      previous: () => this.skip(-1),
    });
  }

  get now(): Now {
    return this.#now;
  }

  /** Whether there is a track so many places on. */
  has(by: number): boolean {
    return this.#tracks[this.#now.place + by] !== undefined;
  }

  play(place: number): void {
    const track = this.#tracks[place];
    if (!track) return;
    this.#tell({ place, failed: null });
    this.engine.play(itemOf(track, place));
    this.#tellNext();
  }

  /** A press on what plays pauses it; on anything else, plays that. */
  toggle(place = Math.max(0, this.#now.place)): void {
    const { place: current, state } = this.#now;
    if (place !== current || state === "idle") this.play(place);
    else if (state === "paused") this.engine.resume();
    else this.engine.pause();
  }

  skip(by: 1 | -1): void {
    // As everywhere: back begins the song anew, unless it has just begun.
    if (by === -1 && (this.engine.position().at > 3 || !this.has(-1))) this.engine.seek(0);
    else if (this.has(by)) this.play(this.#now.place + by);
  }

  #tellNext(): void {
    const place = this.#now.place + 1;
    const track = this.#tracks[place];
    this.engine.setNext(track ? itemOf(track, place) : null);
  }

  #shown(place: number) {
    const track = this.#tracks[place];
    if (!track) return null;
    const artwork = track.cover ? [{ src: new URL(track.cover, location.origin).href }] : [];
    return { title: track.title, artist: track.artists, album: track.album, artwork };
  }

  #tell(change: Partial<Now>): void {
    this.#now = { ...this.#now, ...change };
    this.#told(this.#now);
  }
}
