import { expect, test } from "vitest";
import { headOf, spanOf } from "./mp4";
import {
  dropBefore,
  FIRST,
  headUrl,
  partAt,
  partsOf,
  partUrl,
  placeAfter,
  playlistUrl,
  wantsMore,
  windowOf,
} from "./plan";

const u32 = (...numbers: number[]): Uint8Array => {
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [place, number] of numbers.entries()) view.setUint32(place * 4, number);
  return bytes;
};

const box = (kind: string, ...content: Uint8Array[]): Uint8Array => {
  const size = content.reduce((sum, one) => sum + one.length, 8);
  const bytes = new Uint8Array(size);
  bytes.set(u32(size));
  bytes.set(new TextEncoder().encode(kind), 4);
  let at = 8;
  for (const one of content) {
    bytes.set(one, at);
    at += one.length;
  }
  return bytes;
};

const joined = (...boxes: Uint8Array[]): ArrayBuffer =>
  box("all ", ...boxes).slice(8).buffer as ArrayBuffer;

const init = (samples: number | null): ArrayBuffer =>
  joined(
    box("ftyp", u32(0)),
    box(
      "moov",
      box("trak", box("mdia", box("mdhd", u32(0, 0, 0, 44_100, 0)))),
      box(
        "mvex",
        ...(samples ? [box("mehd", u32(1 << 24, 0, samples))] : []),
        box("trex", u32(0, 1, 1, 4096, 0, 0)),
      ),
    ),
  );

const part = (start: number, run: Uint8Array): ArrayBuffer =>
  joined(
    box("styp", u32(0)),
    box(
      "moof",
      box("mfhd", u32(0, 1)),
      box("traf", box("tfdt", u32(1 << 24, 0, start)), box("trun", run)),
    ),
    box("mdat", u32(0)),
  );

test("the header tells clock and length", () => {
  expect(headOf(init(240_100))).toEqual({ timescale: 44_100, samples: 240_100, packet: 4096 });
  expect(headOf(init(null))?.samples).toBeNull();
  expect(headOf(new ArrayBuffer(30))).toBeNull();
  expect(headOf(u32(0xff_ff_ff_ff, 0).buffer as ArrayBuffer)).toBeNull();
});

test("a part tells to the sample where it ends", () => {
  const packet = { packet: 4096 };
  expect(spanOf(part(8192, u32(0x201, 3, 0, 10, 10, 10)), packet)).toEqual({
    start: 8192,
    end: 20_480,
  });
  const uneven = u32(0x301, 2, 0, 4096, 10, 100, 10);
  expect(spanOf(part(8192, uneven), packet)).toEqual({ start: 8192, end: 12_388 });
  expect(spanOf(new ArrayBuffer(8), packet)).toBeNull();
});

const PLAYLIST = "/media/hls/01/flac/index.m3u8?e=1&s=2";

test("addresses below the playlist's", () => {
  expect(playlistUrl("/media/hls/01/flac.mp4?e=1&s=2")).toBe(PLAYLIST);
  expect(headUrl(PLAYLIST)).toBe("/media/hls/01/flac/init.mp4?e=1&s=2");
  expect(partUrl(PLAYLIST, 0)).toBe("/media/hls/01/flac/0.m4s?e=1&s=2");
});

const LIST =
  '#EXTM3U\n#EXT-X-MAP:URI="init.mp4?e=1&s=2"\n#EXTINF:1.000,\n0.m4s?e=1&s=2\n#EXTINF:4.000,\r\n1.m4s?e=1&s=2\n#EXT-X-ENDLIST\n';

test("the parts of a playlist, and the one for a time", () => {
  const parts = partsOf(LIST, PLAYLIST);
  expect(parts.map(({ url }) => url)).toEqual([0, 1].map((number) => partUrl(PLAYLIST, number)));
  expect(parts.map(({ start }) => start)).toEqual([0, 1]);
  expect([-1, 0, 0.99, 1, 99].map((at) => partAt(parts, at))).toEqual([0, 0, 0, 1, 1]);
});

test("places add up samples and do not drift", () => {
  let place = FIRST;
  for (let track = 0; track < 1000; track += 1) place = placeAfter(place, 240_101, 44_100);
  expect(place.base).toBe(240_101_000 / 44_100);
});

test("a window begins at the track's place and never takes its last sample", () => {
  const place = placeAfter(FIRST, 240_100, 44_100);
  const head = { timescale: 44_100, samples: 1000, packet: 4096 };
  const { timestampOffset, appendWindowStart, appendWindowEnd } = windowOf(place, 1000, head);
  expect(timestampOffset).toBe(240_100 / 44_100);
  expect(appendWindowStart).toBeLessThanOrEqual(timestampOffset);
  expect((appendWindowEnd - timestampOffset) * 44_100).toBeCloseTo(1000.5);
  expect(windowOf(place, null, head).appendWindowEnd).toBe(Number.POSITIVE_INFINITY);
  expect(windowOf(FIRST, 1000, head).appendWindowStart).toBe(0);
});

test("how much is fetched ahead, and what is dropped behind", () => {
  expect(wantsMore({ at: 0, bufferedTo: 29, bitrate: 900 })).toBe(true);
  expect(wantsMore({ at: 0, bufferedTo: 31, bitrate: 900 })).toBe(false);
  expect(wantsMore({ at: 0, bufferedTo: 12, bitrate: 6000 })).toBe(false);
  expect([dropBefore(15, 0), dropBefore(25, 0)]).toEqual([null, 15]);
});
