/** A whole track as samples, and which of them are its own. */
import type { Playback } from "../types";
import type { Prepared } from "../voices/voice";
import { type Ends, endsLength } from "./seam";

export interface Trim {
  /** The first sample of the music. */
  start: number;
  length: number;
}

/**
 * Decoders differ in what they leave out of what encoders added. The lengths tell.
 *
 * @param decoded samples that came out.
 * @param rate of them.
 */
export function trimOf(decoded: number, rate: number, gapless: Playback["gapless"]): Trim {
  if (!gapless?.samples || !gapless.sample_rate) return { start: 0, length: decoded };
  const scale = rate / gapless.sample_rate;
  const samples = Math.round(gapless.samples * scale);
  const extra = decoded - samples;
  if (extra <= 0) return { start: 0, length: decoded };
  const delay = Math.round(gapless.delay * scale);
  // What is longer than its padding still has its beginning.
  const start = extra >= delay && extra > gapless.padding * scale + 1 ? delay : 0;
  return { start, length: samples };
}

export interface Decoded {
  prepared: Prepared;
  buffer: AudioBuffer;
  trim: Trim;
  /** Frames of the context that it takes; not whole where the rates differ. */
  frames: number;
  /** Null where the file has the context's own rate, or nobody knows it. */
  ends: Ends | null;
}

/** Samples a second of what is in the file; 0 where nobody knows. */
export function rateOf({ form, playback }: Pick<Prepared, "form" | "playback">): number {
  const source = playback.gapless?.sample_rate ?? 0;
  if (form.codec === "opus") return 48_000;
  return form.lossless || source <= 48_000 ? source : 0;
}

export async function decode(
  prepared: Prepared,
  context: BaseAudioContext,
  signal: AbortSignal,
): Promise<Decoded> {
  const response = await fetch(prepared.form.url, { signal });
  if (!response.ok) throw new Error(`the file is not there: ${response.status}`);
  const bytes = await response.arrayBuffer();
  const { sampleRate } = context;
  const rate = rateOf(prepared);
  const own = rate && rate !== sampleRate ? await decodedAt(rate, bytes.slice(0)) : null;
  signal.throwIfAborted();
  const buffer = await context.decodeAudioData(bytes);
  signal.throwIfAborted();
  const { gapless, files } = prepared.playback;
  // What encoders of the ladder add is told in their files, and left out by every decoder.
  const original = files[0]?.path === prepared.form.url;
  const told = gapless && (original ? gapless : { ...gapless, delay: 0, padding: 0 });
  const trim = trimOf(buffer.length, sampleRate, told);
  if (!own) return { prepared, buffer, trim, frames: trim.length, ends: null };
  const real = trimOf(own.length, rate, told);
  const frames = (real.length * sampleRate) / rate;
  return { prepared, buffer, trim, frames, ends: endsOf(own, real) };
}

/** Decoded as it is: only its ends are kept. */
const decodedAt = async (rate: number, bytes: ArrayBuffer): Promise<AudioBuffer | null> =>
  new OfflineAudioContext(2, 1, rate).decodeAudioData(bytes).catch(() => null);

function endsOf(buffer: AudioBuffer, { start, length }: Trim): Ends {
  const rate = buffer.sampleRate;
  const size = Math.min(length, endsLength(rate));
  const cut = (from: number): Float32Array[] =>
    Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
      buffer.getChannelData(channel).slice(from, from + size),
    );
  return { rate, head: cut(start), tail: cut(start + length - size) };
}

/** One channel of a part of it. */
export function mono({ buffer }: Decoded, from: number, to: number): Float32Array {
  const mixed = new Float32Array(Math.max(0, to - from));
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let place = 0; place < mixed.length; place += 1) {
      mixed[place] = (mixed[place] ?? 0) + (samples[from + place] ?? 0) / buffer.numberOfChannels;
    }
  }
  return mixed;
}
