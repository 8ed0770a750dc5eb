/** A whole track as samples, and which of them are its own. */
import type { Playback } from "../types";
import type { Prepared } from "../voices/voice";

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
}

export async function decode(
  prepared: Prepared,
  context: BaseAudioContext,
  signal: AbortSignal,
): Promise<Decoded> {
  const response = await fetch(prepared.form.url, { signal });
  if (!response.ok) throw new Error(`the file is not there: ${response.status}`);
  const bytes = await response.arrayBuffer();
  const buffer = await context.decodeAudioData(bytes);
  signal.throwIfAborted();
  const { gapless, files } = prepared.playback;
  // What encoders of the ladder add is told in their files, and left out by every decoder.
  const own = files[0]?.path === prepared.form.url;
  const told = gapless && (own ? gapless : { ...gapless, delay: 0, padding: 0 });
  return { prepared, buffer, trim: trimOf(buffer.length, context.sampleRate, told) };
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
