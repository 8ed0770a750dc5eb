import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Told } from "../api/playback";
import type { Events, Item, Position, State } from "../engine/types";
import { reporting, teller } from "./reports";

const item = (trackId: string): Item => ({
  key: trackId,
  trackId,
  albumId: null,
  durationMs: 100_000,
});

/** An engine that does what a test says. */
function engineOf() {
  const listeners = new Map<string, (detail: never) => void>();
  let seconds = 0;
  const engine = {
    state: "idle" as State,
    goTo: (at: number) => {
      seconds = at;
    },
    on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void) {
      listeners.set(event, listener as never);
      return () => void listeners.delete(event);
    },
    position: (): Position => ({ at: seconds, duration: 100, buffered: 100 }),
    does<K extends keyof Events>(event: K, detail: Events[K]) {
      listeners.get(event)?.(detail as never);
    },
    be(state: State, at = seconds) {
      this.state = state;
      seconds = at;
      this.does("state", { state, item: null });
    },
  };
  return engine;
}

describe("what is told of a listen", () => {
  let engine: ReturnType<typeof engineOf>;
  let told: [string, string, number][];
  let stop: () => void;
  beforeEach(() => {
    vi.useFakeTimers();
    engine = engineOf();
    told = [];
    const tell = ({ track_id, state, position_ms }: Told) =>
      void told.push([track_id, state, position_ms]);
    stop = reporting(engine, tell, () => 1);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("is each thing once", () => {
    engine.does("started", { item: item("a"), from: "play", at: 0 });
    engine.be("playing");
    engine.be("stalled", 4);
    engine.be("playing", 4);
    engine.be("paused", 10);
    engine.be("playing", 10);
    engine.does("finished", { item: item("a"), at: 100, reason: "ended" });
    engine.does("started", { item: item("b"), from: "advance", at: 0 });
    engine.does("finished", { item: item("b"), at: 7, reason: "replaced" });
    engine.be("idle", 0);
    expect(told).toEqual([
      ["a", "starting", 0],
      ["a", "paused", 10_000],
      ["a", "playing", 10_000],
      ["a", "stopped", 100_000],
      ["b", "starting", 0],
      ["b", "stopped", 7_000],
    ]);
  });

  it("makes one seek of a slider that is dragged", () => {
    engine.does("started", { item: item("a"), from: "play", at: 0 });
    engine.be("playing");
    told.length = 0;
    engine.does("seeked", { item: item("a"), from: 5, to: 20 });
    engine.does("seeked", { item: item("a"), from: 20, to: 60 });
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([
      ["a", "playing", 5_000],
      ["a", "playing", 60_000],
    ]);
  });

  it("waits for what a reload brought back", () => {
    engine.does("started", { item: item("a"), from: "play", at: 30 });
    engine.be("paused", 30);
    expect(told).toEqual([]);
    engine.be("playing", 30);
    expect(told).toEqual([["a", "starting", 30_000]]);
  });

  it("says now and then that it goes on", () => {
    engine.does("started", { item: item("a"), from: "play", at: 0 });
    engine.be("playing");
    engine.goTo(60);
    vi.advanceTimersByTime(60_000);
    engine.be("paused", 61);
    vi.advanceTimersByTime(180_000);
    expect(told.map(([, state]) => state)).toEqual(["starting", "playing", "paused"]);
  });
});

it("tells in order, and goes on when the server is away", async () => {
  const sent: string[] = [];
  let fail: () => void = () => {};
  const tell = teller(({ state }) => {
    sent.push(state);
    return state === "starting"
      ? new Promise((_, reject) => {
          fail = () => reject(new Error("away"));
        })
      : Promise.resolve();
  });
  const of = (state: Told["state"]): Told => ({ track_id: "a", state, position_ms: 0, rate: 1 });
  tell(of("starting"));
  tell(of("paused"));
  expect(sent).toEqual(["starting"]);
  fail();
  await vi.waitFor(() => expect(sent).toEqual(["starting", "paused"]));
});
