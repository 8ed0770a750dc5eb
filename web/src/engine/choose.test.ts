import { describe, expect, test } from "vitest";
import { choose, typeOf, type Wish } from "./choose";
import type { Probe } from "./probe";
import { playbackOf } from "./testing";

const CHROMIUM = /mpeg|ogg|flac|mp4a|opus|wav|mpegurl/;
const chromium: Probe = {
  plays: (type) => CHROMIUM.test(type) && !/alac/.test(type),
  appends: (type) => /mp4/.test(type) && !/alac/.test(type),
  hls: "browser",
};
const firefox: Probe = { ...chromium, hls: "script" };
/** Neither Ogg nor FLAC in parts. */
const safari: Probe = {
  plays: (type) => /mpeg|mp4|flac|alac/.test(type),
  appends: (type) => /mp4a/.test(type),
  hls: "browser",
};
const wish = (change: Partial<Wish> = {}): Wish => ({
  quality: "auto",
  gapless: true,
  carries: Number.POSITIVE_INFINITY,
  ...change,
});
const flac = playbackOf("flac", "audio/flac", 900);
const mp3 = playbackOf("mp3", "audio/mpeg", 320);

const first = (...asked: Parameters<typeof choose>): string => {
  const [form] = choose(...asked);
  return form ? `${form.way} ${form.url.replace(/.*\/|\?.*/g, "")}` : "nothing";
};

describe("which form is played", () => {
  test.each([
    ["lossless comes in parts", flac, chromium, {}, "stream flac.mp4"],
    ["as it is without gapless", flac, chromium, { gapless: false }, "file abc"],
    ["as it is without parts", flac, safari, {}, "file abc"],
    ["an original that plays", mp3, chromium, {}, "file abc"],
    [
      "ALAC as FLAC",
      playbackOf("alac", "audio/mp4", 900),
      chromium,
      { gapless: false },
      "stream flac.mp4",
    ],
    ["ALAC where it plays", playbackOf("alac", "audio/mp4", 900), safari, {}, "file abc"],
    ["high", flac, chromium, { quality: "high" }, "file opus-160.ogg"],
    ["high without Ogg", flac, safari, { quality: "high" }, "file opus-160.mp4"],
    ["high, and small already", mp3, chromium, { quality: "high" }, "file abc"],
    ["normal", mp3, chromium, { quality: "normal" }, "file opus-128.ogg"],
    ["low", mp3, safari, { quality: "low" }, "file opus-96.mp4"],
    ["a narrow line adapts", flac, chromium, { carries: 800 }, "hls aac.m3u8"],
    ["a narrow line with a script", flac, firefox, { carries: 800 }, "hls aac.m3u8"],
    [
      "who wants the original gets it",
      flac,
      chromium,
      { quality: "original", carries: 1 },
      "stream flac.mp4",
    ],
  ] as const)("%s", (_, playback, probe, change, expected) => {
    expect(first(playback, probe, wish(change))).toBe(expected);
  });

  test("every other form follows, each once", () => {
    const urls = choose(flac, chromium, wish()).map(({ way, url }) => way + url);
    expect(new Set(urls).size).toBe(urls.length);
    expect(urls.length).toBeGreaterThan(10);
  });

  test("a downloaded track has neither parts nor playlists", () => {
    const saved = { ...flac, hls: "", hls_aac: "", hls_opus: "", files: flac.files.slice(0, 1) };
    expect(choose(saved, chromium, wish({ carries: 0 })).map(({ way }) => way)).toEqual(["file"]);
  });

  test("nothing at all", () => {
    expect(choose(flac, { plays: () => false, appends: () => false, hls: null }, wish())).toEqual(
      [],
    );
  });
});

test.each([
  ["audio/mp4", "alac", 'audio/mp4; codecs="alac"'],
  ["audio/ogg", "vorbis", 'audio/ogg; codecs="vorbis"'],
  ["audio/mpeg", "mp3", "audio/mpeg"],
  ['audio/mp4; codecs="opus"', "opus", 'audio/mp4; codecs="opus"'],
])("the type of %s with %s", (contentType, codec, expected) => {
  expect(typeOf(contentType, codec)).toBe(expected);
});
