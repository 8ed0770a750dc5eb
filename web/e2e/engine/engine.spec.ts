/** The engine in a real browser on a real server: what comes out of the loudspeaker, to the sample. */
import type { Page } from "@playwright/test";
import type { Item } from "../../src/engine/types";
import { expect, test, watch } from "../fixtures";
import { type Rig, rig } from "./rig";
import { AMPLITUDE, FORMATS, type Format, LAST, OTHER, RATE, TONE } from "./tones";

test.describe.configure({ mode: "serial" });

/** Samples that a lossy encoder may smear where the tone begins and ends. */
const SMEAR = 120;
/** Seconds of each end that the encoder's own ripples reach into. */
const ENDS = 0.1;

let bench: Rig;
let page: Page;
let problems: string[];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  bench = await rig(browser);
  problems = watch(bench.context);
  page = await bench.open();
});

test.afterAll(async () => {
  await bench?.close();
  expect(problems).toEqual([]);
});

const told = (value: unknown) => JSON.stringify(value);
const run = <T = void>(script: string, on = page): Promise<T> => on.evaluate(script) as Promise<T>;
const track = (name: string, place = 0): Item => {
  const found = bench.albums[name]?.[place];
  if (!found) throw new Error(`no ${name}`);
  return found;
};

interface Heard {
  jumps: unknown[];
  length: number;
  residual: [number, number][];
  stalls: number;
  order: string[];
}

/** Plays an album from its first track to its end; what was heard. */
async function whole(on: Page, format: Format, rate = RATE[format]): Promise<Heard> {
  await run(`lab.start({ normalisation: "off" }, ${rate})`, on);
  await run(`lab.album(${told(bench.albums[`Album ${format}`])})`, on);
  const asked = { tone: TONE[format], rate, amplitude: AMPLITUDE };
  const script = `({
    jumps: lab.jumps(${told(asked)}),
    length: lab.length(),
    residual: lab.residual(${TONE[format]}, ${rate}),
    stalls: lab.count("stalled"),
    order: lab.events
      .filter(({ event }) => /started|finished|exhausted/.test(event))
      .map(({ event, detail }) => event + " " + (detail.from ?? detail.reason ?? "")),
  })`;
  return run<Heard>(script, on);
}

const ORDER = ["started play", "finished ended", "started advance", "finished ended", "exhausted "];

/** The rate of the sound card, where it is another than the file's. */
const CARD: Partial<Record<Format, number>> = { ogg: 48_000 };
const heard = new Map<Format, Heard>();

test("plays an album of each format", async () => {
  await Promise.all(
    FORMATS.map(async (format) => {
      const on = await bench.open();
      heard.set(format, await whole(on, format, CARD[format]));
      await on.close();
    }),
  );
});

/** A machine that is too busy to play on proves nothing about the joins: then once more, alone. */
async function heardOf(format: Format): Promise<Heard> {
  const found = heard.get(format);
  if (found && !found.stalls && !found.jumps.length) return found;
  return whole(page, format, CARD[format]);
}

for (const format of ["flac", "mp3", "opus"] as const) {
  test(`the tracks of an album join to the sample: ${format}`, async () => {
    const { jumps, order, length } = await heardOf(format);
    expect(jumps).toEqual([]);
    expect(order).toEqual(ORDER);
    const smear = format === "flac" ? 1 : SMEAR;
    expect(Math.abs(length - LAST)).toBeLessThanOrEqual(smear);
  });
}

test("files join without a crack where the sound card has another rate", async () => {
  const { jumps, residual } = await heardOf("ogg");
  expect(jumps).toEqual([]);
  // The encoder's own ends are further from a tone than this join is.
  const began = Math.min(...residual.map(([at]) => at));
  const last = began + LAST / RATE.ogg;
  const inside = residual.filter(([at]) => at > began + ENDS && at < last - ENDS);
  expect(inside.filter(([, off]) => off >= 0.03)).toEqual([]);
});

test("two albums are crossfaded without a dip", async () => {
  const queue = [track("Album flac"), track("Other")];
  // Again where the machine was too busy to play on: what is wrong is wrong each time.
  await expect(async () => {
    await run(`lab.start({ normalisation: "off", crossfade: 1 }, 44100)`);
    await run(`lab.album(${told(queue)})`);
    const rows = await run<[number, number][]>(`lab.strengths([${TONE.flac}, ${OTHER}], 44100)`);
    const loud = (row: number[]) => Math.hypot(...row) / AMPLITUDE;
    const both = rows.filter(([one, other]) => one > 0.05 && other > 0.05);
    expect(both.length).toBeGreaterThanOrEqual(14);
    expect(both.length).toBeLessThanOrEqual(22);
    const first = rows.findIndex((row) => loud(row) > 0.9);
    const last = rows.findLastIndex((row) => loud(row) > 0.9);
    const off = rows.slice(first, last).filter((row) => loud(row) <= 0.9 || loud(row) >= 1.1);
    expect(off).toEqual([]);
    const down = both.map(([one]) => one);
    expect(down).toEqual([...down].sort((a, b) => b - a));
  }).toPass();
});

test("tracks are brought to one loudness", async () => {
  const other = track("Other");
  await run(`lab.start({ normalisation: "track" }, 44100)`);
  await run(`lab.album([${told(other)}])`);
  const gain = await run<number>(`lab.gain(${told(other.trackId)})`);
  const rows = await run<[number][]>(`lab.strengths([${OTHER}], 44100)`);
  const heard = Math.max(...rows.map(([strength]) => strength)) / AMPLITUDE;
  expect(Math.abs(20 * Math.log10(heard) - gain)).toBeLessThan(0.1);
  expect(gain).not.toBe(0);
});

test("seeks go beyond what is there, also where no header tells the length", async () => {
  const long = track("Long");
  const usual = page;
  page = await bench.open();
  await run("lab.lengthless()");
  // Nothing near the end: the browser keeps parts, and the next test wants some that it has not.
  for (const place of [45, 20, 42]) {
    await run("lab.start({}, 44100)");
    await run(`lab.engine.play(${told(long)}), lab.until("started")`);
    await run(`lab.engine.seek(5), lab.engine.seek(${place}), lab.reach(${place + 0.2})`);
    expect(await run("lab.engine.position().at")).toBeLessThan(place + 5);
  }
  await run("lab.start({}, 44100)");
  await run(`lab.engine.play(${told(track("Album flac", 1))}), lab.engine.setNext(${told(long)})`);
  await run(`lab.until("started", 2)`);
  await run("lab.engine.seek(40), lab.reach(40.2)");
  expect(await run("lab.engine.current.key")).toBe(long.key);
  expect(await run(`lab.count("failed")`)).toBe(0);
  await page.close();
  page = usual;
});

test("the server dies in the middle of a song and comes back", async () => {
  const long = track("Long");
  await run("lab.start({}, 44100)");
  await run(`lab.play(${told(long)}, 1)`);
  await bench.server.kill();
  // What is there goes on.
  await run("lab.reach(2)");
  expect(await run(`lab.count("stalled")`)).toBe(0);
  await run("void lab.engine.seek(80)");
  await run(`lab.until("retrying", 2)`);
  expect(await run("lab.engine.state")).toBe("stalled");
  await run("lab.hold()");
  await bench.server.begin();
  await run("lab.release(), lab.reach(80.5)");
  expect(await run("lab.events.map(({ event }) => event)")).not.toContain("failed");
  await run("lab.engine.stop()");
});
