import { expect, it, vi } from "vitest";

const real = {
  state: "playing",
  current: null,
  play: vi.fn(),
  on: vi.fn(() => () => undefined),
  position: () => ({ at: 5, duration: 9, buffered: 9 }),
  destroy: vi.fn(),
};
vi.mock("./index", () => ({ createEngine: () => real }));

const { lazyEngine } = await import("./lazy");
const source = { playback: () => Promise.reject(new Error("nothing is asked here")) };
const item = { key: "a", trackId: "a", albumId: null, durationMs: 1 };

it("does what it was told before it was there, in that order", async () => {
  const engine = lazyEngine(source);
  const listener = vi.fn();
  engine.on("started", listener);
  engine.play(item, { at: 3 });
  expect([engine.state, engine.position().at]).toEqual(["idle", 0]);
  await vi.waitFor(() => expect(real.play).toHaveBeenCalledWith(item, { at: 3 }));
  expect(real.on).toHaveBeenCalledWith("started", listener);
  expect([engine.state, engine.position().at]).toEqual(["playing", 5]);
});

it("is gone when it was destroyed before it came", async () => {
  const engine = lazyEngine(source);
  engine.destroy();
  await vi.waitFor(() => expect(real.destroy).toHaveBeenCalled());
});
