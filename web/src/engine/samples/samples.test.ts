import { expect, test } from "vitest";
import { align } from "./align";
import { trimOf } from "./decode";
import { endsLength, seam } from "./seam";
import { takeApart } from "./stamp";

/** Noise that is the same every time. */
const noise = (length: number): Float32Array => {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
};

test("a piece is found to the sample", () => {
  const track = noise(20_000);
  const piece = track.slice(7321, 7321 + 2048).map((sample) => sample * 0.3);
  expect(align(track, piece, 7000, 2000)).toMatchObject({ index: 7321 });
  expect(align(track, piece, 7000, 2000)?.score).toBeCloseTo(1);
});

test("of equally good places the nearest is taken", () => {
  const tone = Float32Array.from({ length: 8000 }, (_, place) => Math.sin((place * Math.PI) / 50));
  expect(align(tone, tone.slice(1000, 3048), 1060, 1000)?.index).toBe(1100);
});

test("what was never in it is not found", () => {
  const match = align(
    noise(9000),
    Float32Array.from({ length: 2048 }, (_, n) => Math.sin(n / 9)),
    3000,
    500,
  );
  expect(match?.score).toBeLessThan(0.5);
  expect(align(noise(100), noise(2048), 0, 10)).toBeNull();
});

test("frames and sound are taken apart", () => {
  const sound = noise(8192);
  const mixed = sound.map((sample, place) => ((place + 5000) % 8192) + sample * 0.25);
  const apart = takeApart(mixed);
  expect(apart?.first).toBe(5000);
  expect(
    Math.max(...(apart?.samples ?? []).map((one, n) => Math.abs(one - (sound[n] ?? 0)))),
  ).toBeLessThan(2e-3);
  expect(takeApart(new Float32Array(8192))).toBeNull();
});

test.each([
  ["nothing known", 1000, 44_100, null, { start: 0, length: 1000 }],
  ["trimmed by the decoder", 1000, 44_100, [1000, 500, 300], { start: 0, length: 1000 }],
  ["not trimmed at all", 1800, 44_100, [1000, 500, 300], { start: 500, length: 1000 }],
  ["its end not trimmed", 1300, 44_100, [1000, 500, 300], { start: 0, length: 1000 }],
  ["another rate", 2000, 88_200, [1000, 0, 0], { start: 0, length: 2000 }],
  ["shorter than told", 900, 44_100, [1000, 500, 300], { start: 0, length: 900 }],
] as const)("what is the track's own: %s", (_, decoded, rate, told, expected) => {
  const [samples = 0, delay = 0, padding = 0] = told ?? [];
  const gapless = told && { sample_rate: 44_100, samples, delay, padding };
  expect(trimOf(decoded, rate, gapless)).toEqual(expected);
});

test("a seam of two files at another rate is the tone as if it had never been cut", () => {
  const [rate, frames] = [44_100, 48_000];
  const tone = (sample: number): number => Math.sin((2 * Math.PI * 441 * sample) / rate);
  const size = endsLength(rate);
  const tail = Float32Array.from({ length: size }, (_, place) => tone(place));
  const head = Float32Array.from({ length: size }, (_, place) => tone(size + place));
  const place = { offset: 960.37, count: 1920, rate: frames };
  const made = seam({ rate, tail: [tail] }, { head: [head] }, 1, place);
  const off = made.map((value, frame) =>
    Math.abs(value - tone(size + ((frame - place.offset) * rate) / frames)),
  );
  expect(Math.max(...off)).toBeLessThan(1e-3);
});
