/** The engine on a page by itself; what comes out of the loudspeaker is kept, sample by sample. */
import {
  createEngine,
  type Engine,
  type Events,
  type Item,
  type Playback,
  type Settings,
} from "../../../src/engine";
import type { Clock } from "../../../src/engine/clock";

/** Ends when the server is back: how fast a machine starts one is nothing that a test may rest on. */
let held: Promise<void> = Promise.resolve();
let release: () => void = () => undefined;

const hold = (): void => {
  held = new Promise((resolve) => {
    release = resolve;
  });
};

/** The browser's time, where whoever waits for another try waits for the server too. */
const clock: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    let cancelled = false;
    const timer = setTimeout(async () => {
      if (ms >= 1000) await held;
      if (!cancelled) work();
    }, ms);
    return () => {
      cancelled = true;
      clearTimeout(timer);
    };
  },
};

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
    { settings, clock, context: ready ? () => ready : null, plain: false },
  );
  for (const event of NAMES) {
    engine.on(event, (detail) => {
      events.push({ event, at: performance.now(), detail: JSON.parse(JSON.stringify(detail)) });
    });
  }
}

/** From now on headers are those of files that were not analysed yet: they tell no length. */
function lengthless(): void {
  const real = globalThis.fetch;
  globalThis.fetch = async (asked, options) => {
    const answer = await real(asked, options);
    if (!/init\.mp4/.test(String(asked)) || !answer.ok) return answer;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const name = [..."mehd"].map((letter) => letter.charCodeAt(0));
    const at = bytes.findIndex((_, place) => name.every((one, i) => bytes[place + i] === one));
    bytes.set(new TextEncoder().encode("free"), at);
    return new Response(bytes);
  };
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

/** Samples from the first to the last that can be heard. */
function length(): number {
  const samples = heard();
  const first = samples.findIndex((sample) => Math.abs(sample) > 0.004);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > 0.004);
  return last - first + 1;
}

/** How far what was heard is from a clean tone: the most within each 10 ms, as parts of its amplitude. */
function residual(tone: number, rate: number): [number, number][] {
  const samples = heard();
  const window = Math.round(rate / 100);
  const w = (2 * Math.PI * tone) / rate;
  const found: [number, number][] = [];
  for (let from = 2; from + window < samples.length; from += window) {
    let most = 0;
    let peak = 0;
    for (let n = from; n < from + window; n += 1) {
      // A clean tone fulfils x[n+1] = 2 cos(w) x[n] - x[n-1].
      const off =
        (samples[n + 1] ?? 0) - 2 * Math.cos(w) * (samples[n] ?? 0) + (samples[n - 1] ?? 0);
      most = Math.max(most, Math.abs(off));
      peak = Math.max(peak, Math.abs(samples[n] ?? 0));
    }
    if (peak > 0.1) found.push([from / rate, most / peak]);
  }
  return found.sort((a, b) => b[1] - a[1]).slice(0, 12);
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function running(): Engine {
  if (!engine) throw new Error("start it first");
  return engine;
}

async function holds(condition: () => boolean, ms = 60_000): Promise<void> {
  const began = performance.now();
  while (!condition()) {
    if (performance.now() - began > ms) throw new Error(JSON.stringify(events));
    await later(20);
  }
}

const count = (event: string): number =>
  events.filter((one) => one.event === event || (one.detail as { state?: string }).state === event)
    .length;

const until = (event: string, times = 1): Promise<void> => holds(() => count(event) >= times);

const reach = (seconds: number): Promise<void> =>
  holds(() => running().position().at >= seconds && running().state === "playing");

/** Plays these after one another, until the last one is over. */
async function album(items: Item[]): Promise<void> {
  const next = (item: Item): void =>
    running().setNext(items[items.findIndex(({ key }) => key === item.key) + 1] ?? null);
  const [first] = items;
  if (!first) return;
  running().on("started", ({ item }) => next(item));
  running().play(first);
  await until("exhausted");
  await later(300);
}

async function play(item: Item, seconds: number): Promise<void> {
  running().play(item);
  await reach(seconds);
}

/** Milliseconds from the call that a click makes to the first sound, of each item. */
async function clicks(items: Item[], prepared: boolean): Promise<number[]> {
  const took: number[] = [];
  for (const item of items) {
    if (prepared) {
      running().prepare(item);
      await later(700);
    }
    events.length = 0;
    const began = performance.now();
    running().play(item);
    await until("started");
    took.push((events.find(({ event }) => event === "started")?.at ?? Number.NaN) - began);
    await later(150);
  }
  running().stop();
  return took;
}

/** What the server says of a track's loudness, dB. */
const gain = async (trackId: string): Promise<number> =>
  (await playback(trackId, new AbortController().signal)).track?.gain_db ?? Number.NaN;

const lab = {
  hold,
  release: () => release(),
  start,
  lengthless,
  events,
  jumps,
  strengths,
  length,
  residual,
  count,
  until,
  reach,
  album,
  play,
  clicks,
  gain,
  get engine(): Engine {
    return running();
  },
};

Object.assign(globalThis, { lab });
