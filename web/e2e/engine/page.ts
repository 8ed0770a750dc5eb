/** The engine on a page by itself; what comes out of the loudspeaker is kept, sample by sample. */
import {
  createEngine,
  type Engine,
  type Events,
  type Playback,
  type Settings,
} from "../../src/engine";

interface Heard {
  event: string;
  at: number;
  detail: unknown;
}

const NAMES = [
  "state",
  "started",
  "finished",
  "paused",
  "resumed",
  "seeked",
  "retrying",
  "failed",
  "exhausted",
  "form",
] as const satisfies readonly (keyof Events)[];

const blocks: Float32Array[] = [];
const events: Heard[] = [];
let engine: Engine | null = null;
let context: AudioContext | null = null;

async function playback(trackId: string, signal: AbortSignal): Promise<Playback> {
  const answer = await fetch(`/api/philomel/v1/tracks/${trackId}/playback`, { signal });
  if (answer.status === 401) throw new Error("sign in", { cause: "refused" });
  if (answer.status === 404) throw new Error("no such track", { cause: "gone" });
  if (!answer.ok) throw new Error("later", { cause: "offline" });
  return answer.json();
}

/** A context whose end goes through a tap. It must be ready before the engine begins. */
async function tapped(sampleRate: number): Promise<AudioContext> {
  const made = new AudioContext({ sampleRate });
  await made.audioWorklet.addModule("./tap.js");
  const tap = new AudioWorkletNode(made, "tap", { channelCount: 1, channelCountMode: "explicit" });
  tap.port.onmessage = ({ data }) => blocks.push(data.samples);
  tap.connect(made.destination);
  Object.defineProperty(made, "destination", { value: tap });
  return made;
}

async function start(settings: Partial<Settings>, sampleRate = 44_100): Promise<void> {
  engine?.destroy();
  blocks.length = 0;
  events.length = 0;
  context = sampleRate ? await tapped(sampleRate) : null;
  const ready = context;
  engine = createEngine(
    { playback },
    { settings, context: ready ? () => ready : null, plain: false },
  );
  for (const event of NAMES) {
    engine.on(event, (detail) => {
      events.push({ event, at: performance.now(), detail: JSON.parse(JSON.stringify(detail)) });
    });
  }
}

/** What was heard since the start, for `samples` of it at most. */
const heard = (): Float32Array => {
  const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
};

interface Tone {
  tone: number;
  rate: number;
  amplitude: number;
}

/** Where a tone jumps or fades, in windows of four periods: second, samples lost, strength. */
function jumps({ tone, rate, amplitude }: Tone): { at: number; lost: number; strength: number }[] {
  const samples = heard();
  const window = Math.round((4 * rate) / tone);
  const turn = (2 * Math.PI * tone) / rate;
  const points = [];
  for (let from = 0; from + window <= samples.length; from += window) {
    let [real, imaginary] = [0, 0];
    for (let place = from; place < from + window; place += 1) {
      const angle = turn * place;
      real += (samples[place] ?? 0) * Math.cos(angle);
      imaginary -= (samples[place] ?? 0) * Math.sin(angle);
    }
    const strength = (2 * Math.hypot(real, imaginary)) / window / amplitude;
    points.push({ at: from / rate, angle: Math.atan2(imaginary, real), strength });
  }
  const sounding = points.findIndex(({ strength }) => strength > 0.5);
  const last = points.findLastIndex(({ strength }) => strength > 0.5);
  const kept = points.slice(sounding + 1, last);
  return kept.flatMap(({ at, angle, strength }, place) => {
    const before = kept[place - 1];
    if (!before) return [];
    const whole = (angle - before.angle) / (2 * Math.PI);
    const lost = ((whole - Math.round(whole)) * 2 * Math.PI) / turn;
    return Math.abs(lost) > 0.5 || strength < 0.8 ? [{ at, lost, strength }] : [];
  });
}

/** How strong each tone is over time, in windows of 50 ms. */
function strengths(tones: readonly number[], rate: number): number[][] {
  const samples = heard();
  const window = Math.round(rate / 20);
  const rows: number[][] = [];
  for (let from = 0; from + window <= samples.length; from += window) {
    rows.push(
      tones.map((tone) => {
        let [real, imaginary] = [0, 0];
        for (let place = from; place < from + window; place += 1) {
          const angle = (2 * Math.PI * tone * place) / rate;
          real += (samples[place] ?? 0) * Math.cos(angle);
          imaginary -= (samples[place] ?? 0) * Math.sin(angle);
        }
        return (2 * Math.hypot(real, imaginary)) / window;
      }),
    );
  }
  return rows;
}

const lab = {
  start,
  events,
  jumps,
  strengths,
  seconds: () => (context ? heard().length / context.sampleRate : 0),
  get engine(): Engine {
    if (!engine) throw new Error("start it first");
    return engine;
  },
  /** Resolves when an event came so many times. */
  async until(event: string, count = 1, ms = 60_000): Promise<void> {
    const began = performance.now();
    while (events.filter((one) => one.event === event).length < count) {
      if (performance.now() - began > ms) throw new Error(`no ${event}: ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
};

export type Lab = typeof lab;
Object.assign(globalThis, { lab });
