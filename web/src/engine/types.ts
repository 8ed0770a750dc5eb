/**
 * What the player engine is to everybody else. It plays one item and knows at most the next one;
 * queues, pages and reports live outside. Nothing in this folder knows React or Redux.
 */

/** Loudness as measured (EBU R128). */
export interface Level {
  /** Integrated, LUFS. */
  loudness: number;
  /** dBTP. */
  true_peak: number;
  /** What brings it to -14 LUFS, or as near as the peaks allow, dB. */
  gain_db: number;
}

/** One file that a track can be played from. */
export interface PlaybackFile {
  /** Of the rung, such as "aac-160"; "original" for the bytes as they are. */
  name: string;
  path: string;
  content_type: string;
  codec: string;
  /** kbit/s, about. */
  bitrate: number;
  lossless: boolean;
  /** It is also a rung of `Playback.hls`. */
  adaptive: boolean;
}

/** What `GET /api/philomel/v1/tracks/{id}/playback` answers, as far as the engine reads it. */
export interface Playback {
  track_id: string;
  asset_id: string;
  duration_ms: number;
  /** Milliseconds since the Unix epoch; the addresses are good until then. */
  expires_at: number;
  hls: string;
  hls_aac: string;
  hls_opus: string;
  files: PlaybackFile[];
  /** Of the original, in samples; null before it was analysed. */
  gapless: { sample_rate: number; samples: number; delay: number; padding: number } | null;
  track: Level | null;
  album: Level | null;
}

/** Something to play. */
export interface Item {
  /** Of this entry of a queue: the same track may stand in it twice. */
  key: string;
  trackId: string;
  /** Neighbours of one album are joined without a gap, and never crossfaded. */
  albumId: string | null;
  durationMs: number;
}

export type Quality = "auto" | "original" | "high" | "normal" | "low";
export type Normalisation = "track" | "album" | "off";

export interface Settings {
  /** 0 to 1, as the listener hears it (the engine applies the curve). */
  volume: number;
  muted: boolean;
  /** 0.5 to 3. */
  rate: number;
  quality: Quality;
  normalisation: Normalisation;
  /** Seconds, 0 to 12; 0 is off. */
  crossfade: number;
  gapless: boolean;
  /** Ten bands, dB each; null is off. */
  equaliser: readonly number[] | null;
  /** From `navigator.mediaDevices`; "" is the system's choice. */
  output: string;
}

export type State = "idle" | "loading" | "playing" | "paused" | "stalled";

export type Failure = "undecodable" | "gone" | "offline" | "refused";

export interface Events {
  /** What is done changes: of the current item. */
  state: { state: State; item: Item | null };
  /** An item begins to sound: by `play`, or because the one before it ended. */
  started: { item: Item; from: "play" | "advance"; at: number };
  /** An item ended by itself, or was left for another. */
  finished: { item: Item; at: number; reason: "ended" | "replaced" | "failed" };
  paused: { item: Item; at: number };
  resumed: { item: Item; at: number };
  seeked: { item: Item; from: number; to: number };
  /** The engine tries again; `attempt` of 5. */
  retrying: { item: Item; attempt: number };
  /** It gave up on an item; the next one follows. */
  failed: { item: Item; failure: Failure };
  /** The current item ended and no next one was known. */
  exhausted: { item: Item };
  /** Which form plays: for the quality badge. */
  form: { item: Item; codec: string; bitrate: number | null; lossless: boolean; adaptive: boolean };
}

/** Seconds. Read it as often as a frame; it costs nothing. */
export interface Position {
  at: number;
  duration: number;
  /** End of what is buffered without a gap from `at`. */
  buffered: number;
}

export interface Engine {
  /** Replaces what plays. Must be called in a user's gesture the first time. */
  play(item: Item, options?: { at?: number; paused?: boolean }): void;
  /** What follows; may change until it sounds. */
  setNext(item: Item | null): void;
  pause(): void;
  resume(): void;
  /** Seconds. */
  seek(to: number): void;
  stop(): void;
  configure(change: Partial<Settings>): void;
  /**
   * It may be played in a moment: the pointer is on it. Only the last one is remembered.
   * Then its first sound comes in some milliseconds.
   */
  prepare(item: Item): void;
  /** The browser's own dialogue for other devices. False where there is none. */
  cast(): Promise<boolean>;
  readonly state: State;
  readonly current: Item | null;
  position(): Position;
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void;
  destroy(): void;
}

/** What the engine needs from outside. */
export interface Source {
  /** Fails with a `Failure` in its `cause` where the server says so. */
  playback(trackId: string, signal: AbortSignal): Promise<Playback>;
}
