/** Decoded tracks, started one after another on the context's own clock: exact to the sample. */
import type { Channel } from "../channel";
import type { Clock } from "../clock";
import type { Position } from "../types";
import type { Prepared, Voice, VoiceListener } from "../voices/voice";
import { type Decoded, decode } from "./decode";

/** Seconds that starting takes at most. */
const LEAD = 0.02;
/** Seconds in which a cut fades, so that it does not crack. */
const CUT = 0.008;

/** A track that sounds, or will. */
interface Sounding {
  decoded: Decoded;
  node: AudioBufferSourceNode;
  edge: GainNode;
  /** Frame of the context at which its first sample sounds. */
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
    this.#now = this.#sound(this.#track, frame, sample, rise);
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

  #sound(decoded: Decoded, frame: number, sample: number, rise: number): Sounding {
    const { context } = this.#needs;
    const { sampleRate } = context;
    const { buffer, trim } = decoded;
    const destination = this.channel.nodes;
    if (!destination) throw new Error("samples need the graph");
    const node = new AudioBufferSourceNode(context, { buffer });
    const edge = new GainNode(context, { gain: rise ? 0 : 1 });
    const at = frame / sampleRate;
    if (rise) {
      edge.gain.setValueAtTime(0, at);
      edge.gain.linearRampToValueAtTime(1, at + rise);
    }
    node.connect(edge).connect(destination.tap);
    const left = trim.length - sample;
    node.start(at, (trim.start + sample) / sampleRate, left / sampleRate);
    return { decoded, node, edge, zero: frame - sample };
  }

  /** Lets what is chained begin where the track ends. */
  #link(): void {
    const [now, chained] = [this.#now, this.#chained];
    if (!now || !chained || this.#next) return;
    const end = now.zero + this.#track.trim.length;
    const { context } = this.#needs;
    // Too late to be exact: the end sounds already, or is over.
    if (end / context.sampleRate < context.currentTime) return;
    this.#next = this.#sound(chained, end, 0, 0);
  }

  #silence(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#now) this.#end(this.#now, CUT);
    if (this.#next) this.#end(this.#next, 0);
    this.#now = null;
    this.#next = null;
  }

  #end({ node, edge }: Sounding, seconds: number): void {
    const { currentTime } = this.#needs.context;
    if (seconds) {
      edge.gain.setValueAtTime(1, currentTime);
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
    const end = (now.zero + this.#track.trim.length) / context.sampleRate;
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
