/**
 * Tells which frame of the context a sound passed at, to the sample. Worklets could, but only
 * where the page is secure; many servers stand in a home without a certificate. So a ramp of
 * whole numbers is added to the sound, which is made small: each value then tells its own frame.
 */
const LENGTH = 8192;
const SCALE = 0.25;

export interface Stamped {
  /** Of the context, at which the first sample passed. */
  frame: number;
  /** Mixed to one channel. */
  samples: Float32Array;
}

/** Takes ramp and sound apart. Null if the ramp did not run all the time. */
export function takeApart(mixed: Float32Array): { first: number; samples: Float32Array } | null {
  const samples = new Float32Array(mixed.length);
  const first = Math.round(mixed[0] ?? 0);
  for (let place = 0; place < mixed.length; place += 1) {
    const value = mixed[place] ?? 0;
    const number = (first + place) % LENGTH;
    const sound = value - number;
    if (Math.abs(sound) > 0.5) return null;
    samples[place] = sound / SCALE;
  }
  return { first, samples };
}

export class Stamp {
  #context: AudioContext;
  #tap: AudioNode;
  #small: GainNode;
  #analyser: AnalyserNode;
  #ramp: AudioBufferSourceNode;
  #began: number;

  constructor(context: AudioContext, tap: AudioNode) {
    this.#context = context;
    this.#tap = tap;
    this.#small = new GainNode(context, { gain: SCALE });
    this.#analyser = new AnalyserNode(context, {
      fftSize: LENGTH,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    const buffer = context.createBuffer(1, LENGTH, context.sampleRate);
    buffer.copyToChannel(
      Float32Array.from({ length: LENGTH }, (_, place) => place),
      0,
    );
    this.#ramp = new AudioBufferSourceNode(context, { buffer, loop: true });
    tap.connect(this.#small).connect(this.#analyser);
    this.#ramp.connect(this.#analyser);
    this.#began = Math.ceil((context.currentTime + 0.05) * context.sampleRate);
    this.#ramp.start(this.#began / context.sampleRate);
  }

  /** Milliseconds until the first reading can be good. */
  get patience(): number {
    return (LENGTH / this.#context.sampleRate) * 1000 + 100;
  }

  /** What passed last. */
  read(): Stamped | null {
    const mixed = new Float32Array(LENGTH);
    this.#analyser.getFloatTimeDomainData(mixed);
    const apart = takeApart(mixed);
    if (!apart) return null;
    const now = this.#context.currentTime * this.#context.sampleRate;
    const first = this.#began + apart.first;
    const rounds = Math.round((now - LENGTH - first) / LENGTH);
    return { frame: first + rounds * LENGTH, samples: apart.samples };
  }

  close(): void {
    this.#ramp.stop();
    this.#ramp.disconnect();
    this.#tap.disconnect(this.#small);
    this.#small.disconnect();
  }
}
