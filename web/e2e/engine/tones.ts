/** Albums of one tone each, cut in the middle of a period, so that every lost sample shows in its phase. */
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const FORMATS = ["flac", "mp3", "ogg", "opus"] as const;
export type Format = (typeof FORMATS)[number];

/** Each tone has whole samples in a period. */
export const TONE: Record<Format, number> = { flac: 441, mp3: 441, ogg: 441, opus: 480 };
export const RATE: Record<Format, number> = {
  flac: 44_100,
  mp3: 44_100,
  ogg: 44_100,
  opus: 48_000,
};
export const AMPLITUDE = 0.4;
export const OTHER = 1102.5;

/** Samples at which tracks end, in the middle of a period. */
export const CUTS = [120_033, 170_050] as const;
export const LAST = CUTS[1];

const CODEC: Record<Format, string[]> = {
  flac: ["-c:a", "flac"],
  mp3: ["-c:a", "libmp3lame", "-b:a", "192k"],
  ogg: ["-c:a", "libvorbis", "-q:a", "6"],
  opus: ["-c:a", "libopus", "-b:a", "160k"],
};

/** A tone as 16-bit WAV, from one sample to another. */
function wave(tone: number, rate: number, from: number, to: number): Buffer {
  const count = to - from;
  const bytes = Buffer.alloc(44 + count * 4);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + count * 4, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 4, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(count * 4, 40);
  for (let place = 0; place < count; place += 1) {
    const value = AMPLITUDE * Math.sin((2 * Math.PI * tone * (from + place)) / rate);
    const level = Math.round(value * 32767);
    bytes.writeInt16LE(level, 44 + place * 4);
    bytes.writeInt16LE(level, 46 + place * 4);
  }
  return bytes;
}

/**
 * Writes an album of one tone.
 *
 * @param cuts samples at which tracks end; the first begins at 0.
 */
export async function album(
  folder: string,
  format: Format,
  name: string,
  cuts: readonly number[] = CUTS,
  tone = TONE[format],
): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  const write = async (to: number, place: number): Promise<void> => {
    const raw = join(folder, name, `${place}.raw`);
    const path = join(folder, name, `0${place + 1}.${format}`);
    await writeFile(raw, wave(tone, RATE[format], cuts[place - 1] ?? 0, to));
    const tags = { title: `${name} ${place + 1}`, album: name, artist: "Tones", track: place + 1 };
    const told = Object.entries(tags).flatMap(([key, value]) => ["-metadata", `${key}=${value}`]);
    const quiet = ["-loglevel", "error", "-y", "-f", "wav"];
    await run("ffmpeg", [...quiet, "-i", raw, ...CODEC[format], ...told, path]);
    await rm(raw);
  };
  await Promise.all(cuts.map(write));
}
