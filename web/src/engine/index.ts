import type { Engine, Events, Item, Position, Settings, Source, State } from "./types";

/** The engine at its simplest: one element, progressive files. */
export function createEngine(source: Source): Engine {
  const audio = new Audio();
  audio.preload = "auto";
  let current: Item | null = null;
  let next: Item | null = null;
  let state: State = "idle";
  let asking = new AbortController();
  const listeners = new Map<keyof Events, Set<(detail: never) => void>>();
  const emit = <K extends keyof Events>(event: K, detail: Events[K]) => {
    for (const listener of listeners.get(event) ?? []) listener(detail as never);
  };
  const be = (now: State) => {
    if (now === state) return;
    state = now;
    emit("state", { state, item: current });
  };
  const begin = async (item: Item, from: "play" | "advance", at: number, paused: boolean) => {
    asking.abort();
    asking = new AbortController();
    current = item;
    be("loading");
    try {
      const playback = await source.playback(item.trackId, asking.signal);
      const file =
        playback.files.find(({ content_type }) => audio.canPlayType(content_type)) ??
        playback.files[0];
      if (!file) throw new Error("no file");
      audio.src = file.path;
      audio.currentTime = at;
      emit("form", {
        item,
        codec: file.codec,
        bitrate: file.bitrate,
        lossless: file.lossless,
        adaptive: false,
      });
      emit("started", { item, from, at });
      if (paused) be("paused");
      else await audio.play();
    } catch {
      if (current === item && !asking.signal.aborted) emit("failed", { item, failure: "gone" });
    }
  };
  audio.addEventListener("playing", () => be("playing"));
  audio.addEventListener("waiting", () => be("stalled"));
  audio.addEventListener("pause", () => !audio.ended && be("paused"));
  audio.addEventListener("ended", () => {
    const ended = current;
    if (!ended) return;
    emit("finished", { item: ended, at: audio.duration, reason: "ended" });
    if (next) void begin(next, "advance", 0, false);
    else {
      be("idle");
      emit("exhausted", { item: ended });
    }
  });
  return {
    play: (item, options) => void begin(item, "play", options?.at ?? 0, options?.paused ?? false),
    setNext: (item) => {
      next = item;
    },
    pause: () => audio.pause(),
    resume: () => void audio.play().catch(() => be("paused")),
    seek: (to) => {
      const from = audio.currentTime;
      audio.currentTime = to;
      if (current) emit("seeked", { item: current, from, to });
    },
    stop: () => {
      audio.pause();
      audio.removeAttribute("src");
      current = null;
      be("idle");
    },
    configure: (change: Partial<Settings>) => {
      if (change.volume !== undefined) audio.volume = change.volume ** 2;
      if (change.muted !== undefined) audio.muted = change.muted;
      if (change.rate !== undefined) audio.playbackRate = change.rate;
    },
    get state() {
      return state;
    },
    get current() {
      return current;
    },
    position: (): Position => ({
      at: audio.currentTime,
      duration: Number.isFinite(audio.duration)
        ? audio.duration
        : (current?.durationMs ?? 0) / 1000,
      buffered: audio.buffered.length ? audio.buffered.end(audio.buffered.length - 1) : 0,
    }),
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set();
      set.add(listener as (detail: never) => void);
      listeners.set(event, set);
      return () => void set.delete(listener as (detail: never) => void);
    },
    destroy: () => audio.pause(),
  };
}
