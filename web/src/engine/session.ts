/** What lock screens, headsets and media keys show and do: the Media Session of the browser. */
import type { Engine, Item } from "./types";

export interface Picture {
  src: string;
  sizes?: string;
  type?: string;
}

/** How an item is shown. */
export interface Shown {
  title: string;
  artist: string;
  album: string;
  artwork: Picture[];
}

export interface SessionActions {
  next(): void;
  previous(): void;
}

/** Seconds of a press on a headset's wheel. */
const STEP = 10;

type Session = Pick<MediaSession, "setActionHandler" | "setPositionState"> & {
  metadata: unknown;
  playbackState: MediaSessionPlaybackState;
};

export interface SessionNeeds {
  session: Session | undefined;
  metadata: (shown: Shown) => unknown;
  /** Playback speed, which the shown place runs with. */
  rate: () => number;
}

const browser = (): SessionNeeds => ({
  session: globalThis.navigator?.mediaSession,
  metadata: (shown) => new MediaMetadata(shown),
  rate: () => 1,
});

/** Keeps the browser's session like the engine, until what it returns is called. */
export function mediaSession(
  engine: Engine,
  show: (item: Item) => Shown | null,
  actions: SessionActions,
  { session, metadata, rate }: SessionNeeds = browser(),
): () => void {
  if (!session) return () => undefined;
  const place = (): void => {
    const { at, duration } = engine.position();
    const sound = duration > 0 && Number.isFinite(duration);
    const state = { duration, position: Math.min(at, duration), playbackRate: rate() };
    session.setPositionState(sound ? state : undefined);
  };
  const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
    play: () => engine.resume(),
    pause: () => engine.pause(),
    stop: () => engine.stop(),
    nexttrack: () => actions.next(),
    previoustrack: () => actions.previous(),
    seekto: ({ seekTime }) => {
      if (seekTime !== undefined && seekTime !== null) engine.seek(seekTime);
    },
    seekbackward: ({ seekOffset }) => engine.seek(engine.position().at - (seekOffset || STEP)),
    seekforward: ({ seekOffset }) => engine.seek(engine.position().at + (seekOffset || STEP)),
  };
  const names = Object.keys(handlers) as MediaSessionAction[];
  const handle = (name: MediaSessionAction, handler: MediaSessionActionHandler | null): void => {
    try {
      session.setActionHandler(name, handler);
    } catch {
      // Browsers throw at actions that they do not know.
    }
  };
  for (const name of names) handle(name, handlers[name] ?? null);
  let shown: Item | null = null;
  const stops = [
    engine.on("state", ({ state, item }) => {
      if (item !== shown) {
        shown = item;
        const words = item && show(item);
        session.metadata = words ? metadata(words) : null;
      }
      session.playbackState = state === "idle" ? "none" : state === "paused" ? "paused" : "playing";
      place();
    }),
    engine.on("seeked", place),
    engine.on("started", place),
  ];
  return () => {
    for (const stop of stops) stop();
    for (const name of names) handle(name, null);
    session.metadata = null;
    session.playbackState = "none";
  };
}
