import { describe, expect, test } from "vitest";
import type { Engine, Events, Item } from "../engine/types";
import { type Now, Playing } from "./playing";
import type { Share, SharedTrack } from "./types";

const song = (id: string): SharedTrack => ({
  id,
  title: id.toUpperCase(),
  artists: "Tidal Lantern",
  album: "Ebb",
  album_id: "ebb",
  duration_ms: 30_000,
  cover: "",
});

/** An engine that does as it is told and says what it was told. */
function stage() {
  const told: string[] = [];
  const listeners: { [K in keyof Events]?: ((detail: Events[K]) => void)[] } = {};
  let at = 0;
  const say = <K extends keyof Events>(event: K, detail: Events[K]) => {
    for (const listener of listeners[event] ?? []) listener(detail);
  };
  const engine = {
    play: (item: Item) => told.push(`play ${item.trackId}`),
    setNext: (item: Item | null) => told.push(`next ${item?.trackId ?? "-"}`),
    pause: () => told.push("pause"),
    resume: () => told.push("resume"),
    seek: (to: number) => told.push(`seek ${to}`),
    position: () => ({ at, duration: 30, buffered: 30 }),
    on: <K extends keyof Events>(event: K, listener: (detail: Events[K]) => void) => {
      const known = (listeners[event] ?? []) as ((detail: Events[K]) => void)[];
      Object.assign(listeners, { [event]: [...known, listener] });
      return () => undefined;
    },
  };
  const share = { above: "/share/x", tracks: ["a", "b", "c"].map(song) } as Share;
  const seen: Now[] = [];
  const playing = new Playing(share, (now) => seen.push(now), engine as unknown as Engine);
  const item = (place: number): Item => ({
    key: String(place),
    trackId: share.tracks[place]?.id ?? "",
    albumId: "ebb",
    durationMs: 30_000,
  });
  const state = (now: Now["state"]) => say("state", { state: now, item: null });
  const elapse = (seconds: number) => {
    at = seconds;
  };
  return { playing, told, say, item, state, seen, elapse };
}

describe("what is shared as a queue", () => {
  test("begins with the first, and tells the engine what follows", () => {
    const { playing, told } = stage();
    playing.toggle();
    expect(told).toEqual(["play a", "next b"]);
    expect(playing.now.place).toBe(0);
  });

  test("pauses and goes on at the one that plays, and plays any other", () => {
    const { playing, told, state } = stage();
    playing.toggle(1);
    state("playing");
    playing.toggle(1);
    state("paused");
    playing.toggle();
    playing.toggle(2);
    expect(told).toEqual(["play b", "next c", "pause", "resume", "play c", "next -"]);
  });

  test("follows the engine from one to the next", () => {
    const { playing, told, say, item } = stage();
    playing.toggle();
    say("started", { item: item(1), from: "advance", at: 0 });
    expect(playing.now.place).toBe(1);
    expect(told.at(-1)).toBe("next c");
  });

  test("goes back to the beginning first, and stops at both ends", () => {
    const { playing, told, elapse } = stage();
    playing.play(1);
    elapse(10);
    playing.skip(-1);
    elapse(1);
    playing.skip(-1);
    playing.skip(-1);
    playing.play(2);
    playing.skip(1);
    expect(told).toEqual([
      "play b",
      "next c",
      "seek 0",
      "play a",
      "next b",
      "seek 0",
      "play c",
      "next -",
    ]);
  });

  test("says what could not be played, until something else is", () => {
    const { playing, say, item } = stage();
    playing.toggle();
    say("failed", { item: item(0), failure: "gone" });
    expect(playing.now.failed).toEqual({ place: 0, failure: "gone" });
    playing.play(1);
    expect(playing.now.failed).toBeNull();
  });
});
