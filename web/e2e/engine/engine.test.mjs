/** The engine in a real browser on a real server: what comes out of the loudspeaker, to the sample. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { rig } from "./rig.mjs";
import { AMPLITUDE, CUTS, RATE, TONE } from "./tones.mjs";

/** Samples that a lossy encoder may smear where the tone begins and ends. */
const SMEAR = 120;
let bench;

before(async () => {
  bench = await rig();
});

after(() => bench?.close());

const told = (value) => JSON.stringify(value);

/** Plays an album from its first track to its end; what was heard. */
async function whole(format, rate = RATE[format]) {
  const { browser, albums } = bench;
  await browser.run(`lab.start({ normalisation: "off" }, ${rate})`);
  await browser.run(`lab.album(${told(albums[`Album ${format}`])})`);
  const asked = { tone: TONE[format], rate, amplitude: AMPLITUDE };
  return JSON.parse(
    await browser.run(`JSON.stringify({
      jumps: lab.jumps(${told(asked)}),
      length: lab.length(),
      residual: lab.residual(${TONE[format]}, ${rate}),
      stalls: lab.count("stalled"),
      order: lab.events
        .filter(({ event }) => /started|finished|exhausted/.test(event))
        .map(({ event, detail }) => event + " " + (detail.from ?? detail.reason ?? "")),
    })`),
  );
}

const ORDER = ["started play", "finished ended", "started advance", "finished ended", "exhausted "];

for (const format of ["flac", "mp3", "opus"]) {
  test(`the tracks of an album join to the sample: ${format}`, async () => {
    // A machine that is too busy to play on proves nothing about the joins.
    let found = await whole(format);
    if (found.stalls || found.jumps.length) found = await whole(format);
    assert.deepEqual(found.jumps, []);
    assert.deepEqual(found.order, ORDER);
    const smear = format === "flac" ? 1 : SMEAR;
    const off = found.length - CUTS[format].at(-1);
    assert.ok(Math.abs(off) <= smear, `${off} samples too many`);
  });
}

test("files join without a crack where the sound card has another rate", async () => {
  const { jumps, residual } = await whole("ogg", 48_000);
  assert.deepEqual(jumps, []);
  // The encoder's own ends are further from a tone than this join is.
  const [first, last] = [0, CUTS.ogg.at(-1) / RATE.ogg];
  const began = Math.min(...residual.map(([at]) => at));
  const inside = residual.filter(([at]) => at > began + first + 0.1 && at < began + last - 0.1);
  assert.ok(
    inside.every(([, off]) => off < 0.03),
    told(inside),
  );
});

test("two albums are crossfaded without a dip", async () => {
  const { browser, albums } = bench;
  const queue = [albums["Album flac"][0], albums.Other[0]];
  await browser.run(`lab.start({ normalisation: "off", crossfade: 1 }, 44100)`);
  await browser.run(`lab.album(${told(queue)})`);
  const rows = await browser.run(`lab.strengths([${TONE.flac}, 1102.5], 44100)`);
  const loud = (row) => Math.hypot(...row) / AMPLITUDE;
  const both = rows.filter(([one, other]) => one > 0.05 && other > 0.05);
  assert.ok(both.length >= 14 && both.length <= 22, `${both.length} windows of 50 ms with both`);
  const first = rows.findIndex((row) => loud(row) > 0.9);
  const last = rows.findLastIndex((row) => loud(row) > 0.9);
  for (const row of rows.slice(first, last)) {
    assert.ok(loud(row) > 0.9 && loud(row) < 1.1, told(row));
  }
  const down = both.map(([one]) => one);
  assert.deepEqual(
    down,
    [...down].sort((a, b) => b - a),
  );
});

test("tracks are brought to one loudness", async () => {
  const { browser, albums } = bench;
  const [track] = albums.Other;
  await browser.run(`lab.start({ normalisation: "track" }, 44100)`);
  await browser.run(`lab.album([${told(track)}])`);
  const gain = await browser.run(`lab.gain(${told(track.trackId)})`);
  const rows = await browser.run(`lab.strengths([1102.5], 44100)`);
  const heard = Math.max(...rows.map(([strength]) => strength)) / AMPLITUDE;
  assert.ok(Math.abs(20 * Math.log10(heard) - gain) < 0.1, `${heard} is not ${gain} dB`);
  assert.notEqual(gain, 0);
});

test("seeks go beyond what is there, also where no header tells the length", async () => {
  const { browser, albums } = bench;
  const [long] = albums.Long;
  const [short] = albums["Album flac"];
  await browser.run("lab.lengthless()");
  for (const place of [70, 20, 90]) {
    await browser.run("lab.start({}, 44100)");
    await browser.run(`lab.engine.play(${told(long)}), lab.until("started")`);
    await browser.run(`lab.engine.seek(5), lab.engine.seek(${place}), lab.reach(${place + 0.2})`);
    assert.ok((await browser.run("lab.engine.position().at")) < place + 5);
  }
  await browser.run("lab.start({}, 44100)");
  await browser.run(`lab.engine.play(${told(short)}), lab.engine.setNext(${told(long)})`);
  await browser.run(`lab.until("started", 2)`);
  await browser.run("lab.engine.seek(75), lab.reach(75.2)");
  assert.equal(await browser.run("lab.engine.current.key"), long.key);
  assert.equal(await browser.run(`lab.count("failed")`), 0);
  await browser.run("lab.engine.stop()");
});

test("the server dies in the middle of a song and comes back", async () => {
  const { browser, albums, server } = bench;
  const [long] = albums.Long;
  await browser.run("lab.start({}, 44100)");
  await browser.run(`lab.play(${told(long)}, 1)`);
  await server.kill();
  // What is there goes on.
  await browser.run("lab.reach(3)");
  assert.equal(await browser.run(`lab.count("stalled")`), 0);
  await browser.run("void lab.engine.seek(80)");
  await browser.run(`lab.until("retrying", 2)`);
  assert.equal(await browser.run("lab.engine.state"), "stalled");
  await browser.run("lab.hold()");
  await server.start();
  await browser.run("lab.release(), lab.reach(80.5)");
  const events = await browser.run("lab.events.map(({ event }) => event)");
  assert.ok(!events.includes("failed"));
  await browser.run("lab.engine.stop()");
});

test("from the click to the sound", async (context) => {
  const { browser, albums } = bench;
  const tracks = ["flac", "mp3", "ogg"].flatMap((format) => albums[`Album ${format}`]);
  await browser.run("lab.start({}, 44100)");
  for (const prepared of [false, true]) {
    const took = await browser.run(`lab.clicks(${told(tracks)}, ${prepared})`);
    const sorted = took.map(Math.round).sort((a, b) => a - b);
    const what = prepared ? "prepared" : "not prepared";
    context.diagnostic(`${what}: median ${sorted[sorted.length >> 1]} ms of ${sorted}`);
    assert.equal(took.length, tracks.length);
  }
  const refused = browser.complaints.filter((one) => /Content Security Policy/.test(one));
  assert.deepEqual(refused, []);
});
