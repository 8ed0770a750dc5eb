/**
 * What the server is told of what plays: begin, seek, pause, going on, end and skip, each once, and
 * now and then in between. The server counts a listen by it, and others see what plays.
 */
import type { Told } from "../api/playback";
import { type Clock, systemClock } from "../engine/clock";
import type { Engine, Item } from "../engine/types";

const BETWEEN_MS = 60_000;
/** Seeks within so many milliseconds are one: a slider is dragged. */
const DRAG_MS = 800;
const MOST_WAITING = 20;

export type Tell = (told: Told) => void;

type Watched = Pick<Engine, "on" | "position" | "state">;

/** Tells `tell` what the engine does, until what it returns is called. */
export function reporting(
  engine: Watched,
  tell: Tell,
  rate: () => number,
  clock: Clock = systemClock,
): () => void {
  let item: Item | null = null;
  let begun = false;
  let paused = false;
  let drag: { from: number; to: number; cancel: () => void } | null = null;

  const say = (state: Told["state"], seconds: number) => {
    if (!item || !Number.isFinite(seconds)) return;
    const position_ms = Math.max(0, Math.round(seconds * 1000));
    tell({ track_id: item.trackId, state, position_ms, rate: rate() });
  };
  const begin = (seconds: number) => {
    if (begun || !item) return;
    begun = true;
    paused = false;
    say("starting", seconds);
  };
  const dropped = () => {
    if (!drag) return;
    const { from, to, cancel } = drag;
    drag = null;
    cancel();
    if (!begun || from === to) return;
    // Where it was left, so that what was heard until then counts, and where it goes on.
    say(paused ? "paused" : "playing", from);
    say(paused ? "paused" : "playing", to);
  };
  const end = (seconds: number) => {
    dropped();
    if (begun) say("stopped", seconds);
    item = null;
    begun = false;
  };
  const offs = [
    engine.on("started", (now) => {
      if (item) end(engine.position().at);
      item = now.item;
      // What comes back after a reload waits for the listener; then nobody hears it yet.
      if (engine.state === "playing") begin(now.at);
    }),
    engine.on("state", ({ state }) => {
      if (state === "playing" && !begun) begin(engine.position().at);
      else if (state === "playing" && paused) {
        dropped();
        paused = false;
        say("playing", engine.position().at);
      } else if (state === "paused" && begun && !paused) {
        dropped();
        paused = true;
        say("paused", engine.position().at);
      } else if (state === "idle") end(engine.position().at);
    }),
    engine.on("seeked", ({ from, to }) => {
      const first = drag?.from ?? from;
      drag?.cancel();
      drag = { from: first, to, cancel: clock.after(DRAG_MS, dropped) };
    }),
    engine.on("finished", ({ at: seconds }) => end(seconds)),
  ];
  const between = () => {
    waking = clock.after(BETWEEN_MS, between);
    if (begun && !paused && !drag && engine.state === "playing")
      say("playing", engine.position().at);
  };
  let waking = clock.after(BETWEEN_MS, between);
  const leaving = () => {
    dropped();
    if (begun) say("stopped", engine.position().at);
    // A page that is kept and comes back begins a new listen.
    begun = false;
  };
  globalThis.addEventListener?.("pagehide", leaving);
  return () => {
    end(engine.position().at);
    waking();
    globalThis.removeEventListener?.("pagehide", leaving);
    for (const off of offs) off();
  };
}

/** One after the other, for their order counts; what the server cannot be told is left out. */
export function teller(send: (told: Told) => Promise<unknown>): Tell {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (told) => {
    if (waiting >= MOST_WAITING) return;
    waiting += 1;
    const ask = () =>
      send(told)
        .catch(() => {})
        .finally(() => {
          waiting -= 1;
        });
    // The last word is said at once: a page that goes away runs nothing afterwards.
    last = waiting === 1 || told.state === "stopped" ? ask() : last.then(ask);
  };
}
