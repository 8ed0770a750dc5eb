import { expect, test } from "vitest";
import { mediaSession, type SessionNeeds, type Shown } from "./session";
import { item } from "./testing";
import type { Engine, Events, Item, State } from "./types";

test("lock screens show what plays, and their buttons work", () => {
  const asked: string[] = [];
  const handlers = new Map<string, MediaSessionActionHandler | null>();
  const listeners = new Map<string, (detail: never) => void>();
  const engine = {
    position: () => ({ at: 30, duration: 20, buffered: 20 }),
    on: (event: keyof Events, listener: (detail: never) => void) => {
      listeners.set(event, listener);
      return () => listeners.delete(event);
    },
    resume: () => asked.push("resume"),
    pause: () => asked.push("pause"),
    stop: () => asked.push("stop"),
    seek: (to: number) => asked.push(`seek ${to}`),
  } as unknown as Engine;
  const session: NonNullable<SessionNeeds["session"]> = {
    metadata: null,
    playbackState: "none",
    setActionHandler(name, handler) {
      if (name === "stop") throw new TypeError("never heard of it");
      handlers.set(name, handler);
    },
    setPositionState: (state) => asked.push(`at ${state?.position} of ${state?.duration}`),
  };
  const show = ({ trackId }: Item): Shown => ({
    title: trackId,
    artist: "",
    album: "",
    artwork: [],
  });
  const actions = { next: () => asked.push("next"), previous: () => asked.push("previous") };
  const needs = { session, metadata: (shown: Shown) => shown.title, rate: () => 1 };
  const stop = mediaSession(engine, show, actions, needs);
  const tell = (state: State): void =>
    listeners.get("state")?.({ state, item: state === "idle" ? null : item("a") } as never);

  tell("loading");
  expect([session.metadata, session.playbackState]).toEqual(["a", "playing"]);
  tell("paused");
  expect(session.playbackState).toBe("paused");
  handlers.get("play")?.({ action: "play" });
  handlers.get("seekto")?.({ action: "seekto", seekTime: 0 });
  handlers.get("seekbackward")?.({ action: "seekbackward" });
  handlers.get("nexttrack")?.({ action: "nexttrack" });
  expect(asked).toEqual(["at 20 of 20", "at 20 of 20", "resume", "seek 0", "seek 20", "next"]);
  tell("idle");
  expect([session.metadata, session.playbackState]).toEqual([null, "none"]);
  stop();
  expect([...handlers.values()].every((handler) => handler === null)).toBe(true);
  expect(listeners.size).toBe(0);
});
