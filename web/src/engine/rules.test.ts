import { describe, expect, test } from "vitest";
import { fade, fadeAt } from "./fading";
import { crossfadeOf, joinOf } from "./joining";
import { Line } from "./line";
import { bandsOf, factorOf, gainOf, levelOf, roomFor, volumeFactor } from "./loudness";
import { probeOf } from "./probe";
import { item, playbackOf } from "./testing";
import { failureOf, troubleOf } from "./voices/trouble";

describe("loudness", () => {
  test.each([
    ["loud", -8, 0.5, -6],
    ["quiet, with room", -20, -9, 6],
    ["quiet, but its peaks are high", -20, -3, 2],
    ["loud peaks though it is quiet", -15, 0.4, -1.4],
  ])("%s", (_, loudness, true_peak, decibels) => {
    expect(gainOf({ loudness, true_peak, gain_db: 0 })).toBeCloseTo(decibels);
  });

  const playback = playbackOf("mp3", "audio/mpeg", 320);

  test("track, album, off, and what is not known", () => {
    expect(levelOf(playback, "track")).toBeCloseTo(factorOf(-4));
    expect(levelOf(playback, "album")).toBeCloseTo(factorOf(-2));
    expect(levelOf({ ...playback, album: null }, "album")).toBeCloseTo(factorOf(-4));
    expect(levelOf(playback, "off")).toBe(1);
    expect(levelOf({ track: null, album: null }, "album")).toBe(1);
  });

  test("half the way up sounds half as loud: about ten decibels less", () => {
    expect(20 * Math.log10(volumeFactor(0.5))).toBeCloseTo(-10, 0);
    expect([volumeFactor(-1), volumeFactor(0), volumeFactor(1), volumeFactor(2)]).toEqual([
      0, 0, 1, 1,
    ]);
  });

  test("the equaliser has ten bands within bounds, and room for what it lifts", () => {
    expect(bandsOf(null)).toBeNull();
    expect(bandsOf([0, 0])).toBeNull();
    expect(bandsOf([3, 99, Number.NaN])).toEqual([3, 12, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(roomFor([6, -3])).toBeCloseTo(factorOf(-6));
    expect(roomFor([-3])).toBe(1);
  });
});

describe("crossfades", () => {
  test("both sides keep their power", () => {
    for (let part = 0; part <= 1; part += 0.1) {
      expect(fadeAt(part, true) ** 2 + fadeAt(part, false) ** 2).toBeCloseTo(1);
    }
  });

  test("straight lines from one end to the other", () => {
    const lines: [number, number][] = [];
    const ramp = {
      setValueAtTime: (value: number, at: number) => lines.push([value, at]),
      linearRampToValueAtTime: (value: number, at: number) => lines.push([value, at]),
      cancelScheduledValues: () => undefined,
    };
    fade(ramp, 10, 4, false);
    expect(lines.at(0)).toEqual([1, 10]);
    expect(lines.at(-1)?.[0]).toBeCloseTo(0);
    expect(lines.at(-1)?.[1]).toBe(14);
  });

  test.each([
    ["other albums", item("a", "one"), item("b", "two"), 5, 5],
    ["one album", item("a", "one"), item("b", "one"), 5, 0],
    ["no albums", item("a", null), item("b", null), 5, 5],
    ["off", item("a", "one"), item("b", "two"), 0, 0],
    ["too much", item("a", "one"), item("b", "two"), 99, 12],
    ["a short one", item("a", "one"), item("b", "two", 9), 12, 3],
    ["once more the same", item("a", null), item("a", null), 5, 0],
  ])("%s", (_, one, other, crossfade, expected) => {
    expect(crossfadeOf(one, other, { crossfade })).toBe(expected);
  });
});

test.each([
  ["lossless", "stream", "stream", {}, "stream"],
  ["lossless of different albums", "stream", "stream", { albumId: "other" }, "stream"],
  ["lossless, crossfaded", "stream", "stream", { albumId: "other", crossfade: 3 }, "crossfade"],
  ["lossy inside an album", "file", "file", { crossfade: 3 }, "samples"],
  ["lossy of different albums", "file", "file", { albumId: "other" }, "follow"],
  ["lossy, without the graph", "file", "file", { graph: false }, "follow"],
  ["lossy, faster", "file", "file", { rate: 1.5 }, "follow"],
  ["lossy, an hour", "file", "file", { seconds: 3600 }, "follow"],
  ["gapless is off", "stream", "stream", { gapless: false }, "follow"],
  ["mixed", "stream", "file", {}, "follow"],
  ["adaptive", "hls", "hls", {}, "follow"],
] as const)("joining: %s", (_, one, other, change, expected) => {
  const c = {
    albumId: "album",
    crossfade: 0,
    graph: true,
    rate: 1,
    seconds: 200,
    gapless: true,
    ...change,
  };
  const side = (name: string, way: "file" | "stream" | "hls", albumId: string) => ({
    item: item(name, albumId, c.seconds),
    form: {
      way,
      url: name,
      contentType: "",
      codec: "",
      bitrate: 1,
      lossless: false,
      adaptive: false,
    },
  });
  const means = { graph: c.graph, room: 150 << 20, rate: 48_000 };
  expect(joinOf(side("a", one, "album"), side("b", other, c.albumId), c, means)).toBe(expected);
});

test("a line carries what the browser says, and no more than was seen a while ago", () => {
  let now = 0;
  const line = new Line(
    () => now,
    () => ({ effectiveType: "3g", downlink: 2 }),
  );
  expect(line.carries()).toBe(2000);
  line.narrow(1000);
  expect(line.carries()).toBe(700);
  now = 700_000;
  expect(line.carries()).toBe(2000);
  const told = (said: ReturnType<ConstructorParameters<typeof Line>[1] & object>): number =>
    new Line(
      () => 0,
      () => said,
    ).carries();
  expect(told({ effectiveType: "4g", downlink: 1.5 })).toBe(Number.POSITIVE_INFINITY);
  expect(told(undefined)).toBe(Number.POSITIVE_INFINITY);
  expect(told({ saveData: true })).toBe(0);
});

test("a browser is asked once for each type", () => {
  const asked: string[] = [];
  const canPlayType = (type: string): CanPlayTypeResult => {
    asked.push(type);
    return type === "audio/mpeg" ? "maybe" : "";
  };
  const probe = probeOf({ element: { canPlayType }, mediaSource: undefined });
  expect([probe.plays("audio/mpeg"), probe.plays("audio/mpeg"), probe.hls]).toEqual([
    true,
    true,
    null,
  ]);
  expect(asked.filter((type) => type === "audio/mpeg")).toHaveLength(1);
});

test("why something failed", async () => {
  expect(failureOf(new Error("x", { cause: "gone" }))).toBe("gone");
  expect(failureOf({ status: 401, message: "sign in" })).toBe("refused");
  expect(failureOf({ status: 0, message: "away" })).toBe("offline");
  expect(failureOf(new TypeError("fetch failed"))).toBe("offline");
  const { signal } = new AbortController();
  const says = (status: number) => async () => new Response(null, { status });
  const away = async () => Promise.reject(new TypeError("away"));
  expect(await troubleOf({ code: 4 }, "/x", signal, says(206))).toBe("decode");
  expect(await troubleOf({ code: 4 }, "/x", signal, says(403))).toBe("refused");
  expect(await troubleOf({ code: 4 }, "/x", signal, says(503))).toBe("network");
  expect(await troubleOf({ code: 4 }, "/x", signal, says(415))).toBe("decode");
  expect(await troubleOf({ code: 4 }, "/x", signal, away)).toBe("network");
  expect(await troubleOf({ code: 2 }, "/x", signal, says(206))).toBe("network");
  expect(await troubleOf({ code: 3 }, "/x", signal, away)).toBe("decode");
});
