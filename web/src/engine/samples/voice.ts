/** Decoded tracks, started one after another on the context's own clock: exact to the sample. */
import type { Channel } from "../channel";
import type { Clock } from "../clock";
import type { Position } from "../types";
import type { Prepared, Voice, VoiceListener } from "../voices/voice";
import { type Decoded, decode } from "./decode";
import { SEAM, seam } from "./seam";

/** Seconds that starting takes at most. */
const LEAD = 0.02;
/** Seconds in which a cut fades, so that it does not crack. */
const CUT = 0.008;

/** A track that sounds, or will. */
interface Sounding {
  decoded: Decoded;
  node: AudioBufferSourceNode;
  edge: GainNode;
  /** Frame of the context at which its first sample sounds; not whole where rates differ. */
  zero: number;
}

export interface SamplesNeeds {
  context: AudioContext;
  channel: Channel;
  clock: Clock;
  listener: VoiceListener;
}

export class SamplesVoice implements Voice {
  readonly channel;
  readonly exact = true;
  readonly #needs: SamplesNeeds;
  readonly #stopped = new AbortController();
  #track: Decoded;
  #chained: Decoded | null = null;
  #links = 0;
  /** What sounds now; null while it is paused. */
  #now: Sounding | null = null;
  #next: Sounding | null = null;
  /** What sounds between them, where the rates differ. */
  #seam: AudioBufferSourceNode | null = null;
  /** Samples into the track, while it is paused. */
  #rested: number;
  #cancel: (() => void) | null = null;

  /**
   * @param at samples into the track.
   */
  constructor(needs: SamplesNeeds, track: Decoded, at = 0) {
    this.#needs = needs;
    this.channel = needs.channel;
    this.channel.setLevel(track.prepared.level);
    this.#track = track;
    this.#rested = at;
  }

  get ready(): boolean {
    return true;
  }

  get sounds(): boolean {
    return this.#now !== null;
  }

  play(): void {
    if (this.#now) return;
    const { context, listener } = this.#needs;
    this.begin(Math.ceil((context.currentTime + LEAD) * context.sampleRate), this.#rested, CUT);
    queueMicrotask(() => listener.playing());
  }

  /** From a frame of the context on, from a sample of the track on; it comes up in `rise` seconds. */
  begin(frame: number, sample: number, rise: number): void {
    this.#now = this.#sound(this.#track, frame - sample, sample, rise);
    this.#link();
    this.#watch();
  }

  pause(): void {
    if (!this.#now) return;
    this.#rested = this.#sample();
    this.#silence();
  }

  seek(to: number): void {
    const { trim } = this.#track;
    const sample = Math.round(to * this.#needs.context.sampleRate);
    const sounds = this.#now !== null;
    this.#silence();
    this.#rested = Math.min(Math.max(0, sample), trim.length - 1);
    if (sounds) this.play();
  }

  position(): Position {
    const { sampleRate } = this.#needs.context;
    const duration = this.#track.trim.length / sampleRate;
    return { at: this.#sample() / sampleRate, duration, buffered: duration };
  }

  /** Samples know one speed only: whoever wants another takes an element again. */
  setRate(): void {}

  async chain(next: Prepared): Promise<boolean> {
    this.#links += 1;
    const link = this.#links;
    const { context } = this.#needs;
    const decoded = await decode(next, context, this.#stopped.signal).catch(() => null);
    if (!decoded || link !== this.#links) return false;
    this.#chained = decoded;
    this.#link();
    return true;
  }

  unchain(): void {
    this.#links += 1;
    this.#chained = null;
    if (this.#next) this.#end(this.#next, 0);
    this.#next = null;
    this.#unseam();
  }

  dispose(): void {
    this.#stopped.abort();
    this.#silence();
  }

  #sample(): number {
    const { context } = this.#needs;
    if (!this.#now) return this.#rested;
    const sample = context.currentTime * context.sampleRate - this.#now.zero;
    return Math.min(Math.max(0, sample), this.#track.trim.length);
  }

  /** @param zero frame at which its first sample sounds, or would have. */
  #sound(decoded: Decoded, zero: number, sample: number, rise: number): Sounding {
    const { context } = this.#needs;
    const { sampleRate } = context;
    const { buffer, trim } = decoded;
    const node = new AudioBufferSourceNode(context, { buffer });
    const edge = new GainNode(context, { gain: rise ? 0 : 1 });
    const at = (Math.round(zero) + sample) / sampleRate;
    if (rise) {
      edge.gain.setValueAtTime(0, at);
      edge.gain.linearRampToValueAtTime(1, at + rise);
    }
    node.connect(edge).connect(this.#tap());
    const left = trim.length - sample;
    node.start(at, (trim.start + sample) / sampleRate, left / sampleRate);
    return { decoded, node, edge, zero };
  }

  #tap(): AudioNode {
    const { nodes } = this.channel;
    if (!nodes) throw new Error("samples need the graph");
    return nodes.tap;
  }

  /** Lets what is chained begin where the track ends. */
  #link(): void {
    const [now, chained] = [this.#now, this.#chained];
    if (!now || !chained || this.#next) return;
    const end = now.zero + this.#track.frames;
    const { context } = this.#needs;
    // Too late to be exact: the end sounds already, or is over.
    if (end / context.sampleRate < context.currentTime) return;
    this.#next = this.#sound(chained, end, 0, 0);
    this.#sew(now, this.#next);
  }

  /** Puts what is made of both sides over the join. */
  #sew(one: Sounding, other: Sounding): void {
    const { context } = this.#needs;
    const { sampleRate: rate, currentTime } = context;
    const [left, right] = [one.decoded.ends, other.decoded.ends];
    if (!left || !right || left.rate !== right.rate) return;
    const half = Math.round(SEAM * rate);
    const first = Math.floor(other.zero) - half;
    const [from, to] = [first / rate, (first + 2 * half) / rate];
    if (from < currentTime + LEAD) return;
    const { numberOfChannels } = one.decoded.buffer;
    const buffer = context.createBuffer(numberOfChannels, 2 * half, rate);
    const place = { offset: other.zero - first, count: 2 * half, rate };
    for (let channel = 0; channel < numberOfChannels; channel += 1) {
      buffer.getChannelData(channel).set(seam(left, right, channel, place));
    }
    const edge = new GainNode(context, { gain: 0 });
    this.#seam = new AudioBufferSourceNode(context, { buffer });
    this.#seam.connect(edge).connect(this.#tap());
    this.#seam.start(from);
    line(one.edge.gain, 1, 0, from);
    line(edge.gain, 0, 1, from);
    line(edge.gain, 1, 0, to - CUT);
    other.edge.gain.value = 0;
    line(other.edge.gain, 0, 1, to - CUT);
  }

  #unseam(): void {
    this.#seam?.stop();
    this.#seam = null;
    if (!this.#now) return;
    this.#now.edge.gain.cancelScheduledValues(0);
    this.#now.edge.gain.value = 1;
  }

  #silence(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#seam?.stop();
    this.#seam = null;
    if (this.#now) this.#end(this.#now, CUT);
    if (this.#next) this.#end(this.#next, 0);
    this.#now = null;
    this.#next = null;
  }

  #end({ node, edge }: Sounding, seconds: number): void {
    const { currentTime } = this.#needs.context;
    if (seconds) {
      const { value } = edge.gain;
      edge.gain.cancelScheduledValues(0);
      edge.gain.setValueAtTime(value, currentTime);
      edge.gain.linearRampToValueAtTime(0, currentTime + seconds);
    }
    node.stop(currentTime + seconds);
  }

  /** Looks when the track is over, by the context's clock. */
  #watch(): void {
    const { context, clock, listener, channel } = { ...this.#needs, channel: this.channel };
    this.#cancel?.();
    const now = this.#now;
    if (!now) return;
    const end = (now.zero + this.#track.frames) / context.sampleRate;
    const left = end - context.currentTime;
    if (left > 0) {
      const next = this.#next;
      if (next && left < 1) channel.setLevel(next.decoded.prepared.level, left);
      this.#cancel = clock.after(Math.max(5, left > 1 ? 500 : left * 1000), () => this.#watch());
      return;
    }
    const next = this.#next;
    if (next) {
      this.#now = next;
      this.#track = next.decoded;
      this.#next = null;
      this.#seam = null;
      this.#chained = null;
      listener.advanced();
      this.#watch();
    } else {
      this.#rested = this.#track.trim.length;
      this.#now = null;
      listener.ended();
    }
  }
}

/** From one value to another within `CUT`. */
function line(gain: AudioParam, from: number, to: number, at: number): void {
  gain.setValueAtTime(from, at);
  gain.linearRampToValueAtTime(to, at + CUT);
}
