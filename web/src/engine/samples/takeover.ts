/** From an element to samples in the middle of a track, without anybody hearing it. */
import { type Clock, passed } from "../clock";
import type { Output } from "../output";
import type { Prepared, Voice, VoiceListener } from "../voices/voice";
import { align } from "./align";
import { type Decoded, decode, mono } from "./decode";
import { Stamp } from "./stamp";
import { SamplesVoice } from "./voice";

/** How far what an element says of its place may be wrong, seconds. */
const REACH = 0.3;
/** Seconds from the decision to the change. */
const LEAD = 0.15;
/** Both sound together for so long: they are the same. */
const CHANGE = 0.01;
/** Below this, what was heard is not what was decoded. */
const ALIKE = 0.9;
/** What is as silent as this can be changed anywhere. */
const SILENT = 1e-4;
const TRIES = 3;

export interface Takeover {
  output: Output;
  clock: Clock;
  from: Voice;
  prepared: Prepared;
  listener: VoiceListener;
  signal: AbortSignal;
}

/** The voice that plays on; null where the element had better go on itself. */
export async function takeOver(asked: Takeover): Promise<SamplesVoice | null> {
  const { output, clock, from, prepared, listener, signal } = asked;
  const { context } = output;
  const tap = from.channel.nodes?.tap;
  if (!context || !tap) return null;
  const decoded = await decode(prepared, context, signal);
  const stamp = new Stamp(context, tap);
  try {
    for (let tried = 0; tried < TRIES; tried += 1) {
      await passed(clock, stamp.patience, signal);
      // Whoever paused meanwhile hears the element again when it goes on.
      if (!from.sounds) return null;
      const shift = shiftOf(stamp, context, decoded, from);
      if (shift === null) continue;
      const channel = output.channel();
      const voice = new SamplesVoice({ context, channel, clock, listener }, decoded);
      const frame = Math.ceil((context.currentTime + LEAD) * context.sampleRate);
      const sample = frame + shift - decoded.trim.start;
      if (sample + context.sampleRate / 2 > decoded.trim.length) {
        output.release(channel);
        return null;
      }
      voice.begin(frame, sample, CHANGE);
      leave(from, frame / context.sampleRate);
      return voice;
    }
    return null;
  } finally {
    stamp.close();
  }
}

/** Samples of what was decoded, less frames of the context. Null if it cannot be told now. */
function shiftOf(
  stamp: Stamp,
  context: AudioContext,
  decoded: Decoded,
  from: Voice,
): number | null {
  const place = from.position().at;
  const heard = stamp.read();
  if (!heard) return null;
  const { frame, samples } = heard;
  const expected = Math.round(place * context.sampleRate) + decoded.trim.start - samples.length;
  if (Math.max(...samples.map(Math.abs)) < SILENT) return expected - frame;
  const reach = Math.round(REACH * context.sampleRate);
  const start = Math.max(0, expected - reach);
  const track = mono(decoded, start, expected + reach + samples.length);
  const match = align(track, samples, expected - start, reach);
  return match && match.score >= ALIKE ? match.index + start - frame : null;
}

/** The element goes while the samples come: straight lines that add up to one. */
function leave({ channel }: Voice, at: number): void {
  const gain = channel.nodes?.fade.gain;
  gain?.setValueAtTime(1, at);
  gain?.linearRampToValueAtTime(0, at + CHANGE);
}
