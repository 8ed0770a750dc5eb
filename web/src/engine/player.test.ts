import { describe, expect, test } from "vitest";
import { reporting } from "../player/reports";
import { Output } from "./output";
import { Player } from "./player";
import type { Probe } from "./probe";
import { SleepTimer } from "./sleep";
import { HandClock, item, playbackOf, settled } from "./testing";
import type { Events, Failure, Item, Position, Settings } from "./types";
import type { Prepared, Voice, VoiceNeeds } from "./voices/voice";

const everything: Probe = { plays: () => true, appends: () => true, hls: "browser" };
const SETTINGS: Settings = {
  volume: 1,
  muted: false,
  rate: 1,
  quality: "auto",
  normalisation: "album",
  crossfade: 0,
  gapless: true,
  equaliser: null,
  output: "",
};

/** A voice that a test speaks for: it sounds as soon as it is told to. */
class Puppet implements Voice {
  readonly channel;
  readonly prepared: Prepared;
  readonly tells;
  ready = true;
  at: number;
  plays = false;
  disposed = false;
  chained: Prepared | null = null;

  constructor({ channel, prepared, at, listener }: VoiceNeeds) {
    this.channel = channel;
    this.prepared = prepared;
    this.at = at;
    this.tells = listener;
  }

  get sounds(): boolean {
    return this.plays;
  }

  play(): void {
    this.plays = true;
    queueMicrotask(() => this.tells.playing());
  }

  pause(): void {
    this.plays = false;
  }

  seek(to: number): void {
    this.at = to;
  }

  position(): Position {
    return { at: this.at, duration: this.prepared.item.durationMs / 1000, buffered: this.at };
  }

  setRate(): void {}

  async chain(next: Prepared): Promise<boolean> {
    this.chained = next;
    return true;
  }

  unchain(): void {
    this.chained = null;
  }

  dispose(): void {
    this.disposed = true;
    this.plays = false;
  }
}

const WATCHED = [
  "started",
  "finished",
  "retrying",
  "failed",
  "exhausted",
  "paused",
  "resumed",
] as const;

function bench(change: Partial<Settings> = {}, codec = "mp3") {
  const clock = new HandClock();
  const voices: Puppet[] = [];
  const told: string[] = [];
  const asked: string[] = [];
  let away: Failure | null = null;
  let still = false;
  const output = new Output({ clock, element: () => new Audio(), context: null, plain: false });
  const player = new Player({
    settings: { ...SETTINGS, ...change },
    clock,
    output,
    probe: everything,
    room: 0,
    samples: async () => false,
    source: {
      async playback(trackId) {
        asked.push(trackId);
        if (away) throw new Error("no", { cause: away });
        return playbackOf(codec, codec === "flac" ? "audio/flac" : "audio/mpeg", 300);
      },
    },
    async voice(needs) {
      const voice = new Puppet(needs);
      if (still) {
        voice.ready = false;
        voice.play = () => undefined;
      }
      voices.push(voice);
      return voice;
    },
  });
  for (const event of WATCHED) {
    player.on(event, (detail: Events[typeof event]) => {
      const { item: of, ...more } = detail as { item: Item } & Record<string, unknown>;
      const said = more.reason ?? more.attempt ?? more.failure ?? more.from ?? "";
      told.push(`${event} ${of.trackId} ${said}`.trim());
    });
  }
  return {
    clock,
    player,
    voices,
    told,
    asked,
    away: (failure: Failure | null) => {
      away = failure;
    },
    /** Voices from now on never get their first byte. */
    dull: (now: boolean) => {
      still = now;
    },
    voice: (place = -1) => voices.at(place) as Puppet,
  };
}

const [a, b] = [item("a", "one"), item("b", "two")];

describe("one after another", () => {
  test("the next is fetched 30 s before the end, and follows", async () => {
    const { player, clock, voices, voice, told } = bench();
    player.play(a);
    player.setNext(b);
    await settled();
    expect([player.state, told]).toEqual(["playing", ["started a play"]]);
    voice().at = 165;
    await clock.pass(300);
    expect(voices).toHaveLength(1);
    voice().at = 170.5;
    await clock.pass(300);
    expect(voices).toHaveLength(2);
    expect(voice().plays).toBe(false);
    voice(0).tells.ended();
    await settled();
    expect(told).toEqual(["started a play", "finished a ended", "started b advance"]);
    expect([player.current, voice(0).disposed]).toEqual([b, true]);
    voice().tells.ended();
    expect(told.slice(3)).toEqual(["finished b ended", "exhausted b"]);
    expect([player.state, player.current]).toEqual(["idle", null]);
  });

  test("lossless goes over inside the voice; what follows may change until then", async () => {
    const { player, clock, voices, voice, told } = bench({}, "flac");
    player.play(a);
    player.setNext(b);
    await settled();
    voice().at = 180;
    await clock.pass(300);
    expect(voice().chained?.item).toBe(b);
    player.setNext(item("c"));
    expect(voice().chained).toBeNull();
    await clock.pass(300);
    expect(voice().chained?.item.trackId).toBe("c");
    voice().tells.advanced();
    expect(told.slice(1)).toEqual(["finished a ended", "started c advance"]);
    expect([voices.length, player.current?.trackId, voice().disposed]).toEqual([1, "c", false]);
    voice().tells.ended();
    expect(told.at(-1)).toBe("exhausted c");
  });

  test("other albums are crossfaded", async () => {
    const { player, clock, voice, told } = bench({ crossfade: 5 });
    player.play(a);
    player.setNext(b);
    await settled();
    voice().at = 180;
    await clock.pass(300);
    voice(0).at = 195;
    await clock.pass(300);
    expect(told.slice(1)).toEqual(["finished a ended", "started b advance"]);
    expect([voice(0).plays, voice(1).plays]).toEqual([true, true]);
    await clock.pass(5200);
    expect([voice(0).disposed, voice(1).disposed]).toEqual([true, false]);
  });

  test("a pause in a crossfade leaves the old one", async () => {
    const { player, clock, voice } = bench({ crossfade: 5 });
    player.play(a);
    player.setNext(b);
    await settled();
    voice().at = 195.1;
    await clock.pass(600);
    player.pause();
    expect([voice(0).disposed, voice(1).plays, player.state]).toEqual([true, false, "paused"]);
  });
});

describe("by hand", () => {
  test("what was prepared sounds at once", async () => {
    const { player, voices, asked } = bench();
    player.prepare(a);
    await settled();
    expect([voices.length, player.state]).toEqual([1, "idle"]);
    const queued = { ...a, key: "entry-1" };
    player.play(queued);
    await settled();
    expect([voices.length, asked.length, player.state]).toEqual([1, 1, "playing"]);
    expect(player.current).toBe(queued);
  });

  test("resumed where it was, without a sound before", async () => {
    const { player, voice, told } = bench();
    player.play(a, { at: 42, paused: true });
    await settled();
    expect([player.state, player.position().at, voice().plays]).toEqual(["paused", 42, false]);
    expect(told).toEqual([]);
    player.resume();
    await settled();
    expect([player.state, told]).toEqual(["playing", ["started a play"]]);
  });

  test("skipping, pausing and going on are told once", async () => {
    const { player, told } = bench();
    player.play(a);
    await settled();
    player.pause();
    player.pause();
    player.resume();
    await settled();
    player.play(b);
    await settled();
    player.stop();
    expect(told).toEqual([
      "started a play",
      "paused a",
      "resumed a",
      "finished a replaced",
      "started b play",
      "finished b replaced",
    ]);
  });
});

describe("when something goes wrong", () => {
  const tries = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, place) => `retrying ${name} ${place + 1}`);

  test("five tries, two seconds apart, then the next one", async () => {
    const { player, clock, told, away, voice } = bench();
    player.play(a);
    player.setNext(b);
    await settled();
    away("offline");
    voice().at = 60;
    voice().tells.trouble("network");
    await clock.pass(9900);
    expect(told.slice(1)).toEqual(tries("a", 4));
    away(null);
    await clock.pass(200);
    expect(told.slice(1)).toEqual(tries("a", 5));
    expect([player.current, player.state, player.position().at]).toEqual([a, "playing", 60]);
    away("offline");
    voice().tells.trouble("network");
    await clock.pass(10_100);
    expect(told.slice(6)).toContain("failed a offline");
    expect(player.current).toBe(b);
  });

  test("it stops where nothing plays any more, and goes on by hand", async () => {
    const { player, clock, told, away } = bench();
    away("offline");
    player.play(a);
    for (const name of ["b", "c", "d"]) {
      player.setNext(item(name));
      await clock.pass(10_500);
    }
    expect(told.filter((one) => one.startsWith("failed"))).toHaveLength(3);
    expect([player.state, player.current?.trackId]).toEqual(["paused", "c"]);
    away(null);
    player.resume();
    await settled();
    expect(player.state).toBe("playing");
  });

  test("what dried up goes on by itself, or is asked for anew", async () => {
    const { player, clock, voices, voice, told, away } = bench();
    player.play(a);
    await settled();
    voice().at = 50;
    voice().plays = false;
    voice().tells.waiting();
    expect(player.state).toBe("stalled");
    away("offline");
    await clock.pass(4100);
    expect(told.slice(1)).toEqual(tries("a", 2));
    away(null);
    await clock.pass(2100);
    expect([voices.length, voice().at, player.state]).toEqual([2, 50, "playing"]);
  });

  test("a line that is too narrow gets something smaller, where the listener leaves it to us", async () => {
    for (const [quality, ways] of [
      ["auto", ["stream", "hls"]],
      ["original", ["stream"]],
    ] as const) {
      const { player, clock, voice, voices } = bench({ quality }, "flac");
      player.play(a);
      await settled();
      voice().plays = false;
      voice().tells.waiting();
      for (let second = 0; second < 5; second += 1) {
        voice().at += 0.1;
        await clock.pass(1000);
      }
      expect(voices.map(({ prepared }) => prepared.form.way)).toEqual(ways);
    }
  });

  test("a first byte that never comes", async () => {
    const { player, clock, voice, voices, told, away } = bench();
    player.play(a, { paused: true });
    await settled();
    voice().ready = false;
    voice().play = () => undefined;
    player.resume();
    away("offline");
    await clock.pass(2100);
    expect(told).toEqual(tries("a", 1));
    away(null);
    await clock.pass(2100);
    expect([voices.length, player.state]).toEqual([2, "playing"]);
  });

  test("a form that never sounds, though the server is there", async () => {
    const { player, clock, voices, dull } = bench({ quality: "original" });
    dull(true);
    player.play(a);
    await clock.pass(18_500);
    const urls = voices.map(({ prepared }) => prepared.form.url);
    expect(urls.slice(0, 3)).toEqual(Array(3).fill(urls[0]));
    expect(urls[3]).not.toBe(urls[0]);
  });

  test("a form that cannot be decoded is left for the next one", async () => {
    const { player, voices, voice, told } = bench();
    player.play(a);
    await settled();
    const [first] = voices;
    voice().at = 7;
    voice().tells.trouble("decode");
    await settled();
    expect(voice().prepared.form.url).not.toBe(first?.prepared.form.url);
    expect([voice().at, told]).toEqual([7, ["started a play"]]);
  });

  test("nothing that can be decoded", async () => {
    const { player, clock, voice, told } = bench();
    player.play(a);
    for (let form = 0; form < 40; form += 1) {
      await settled();
      if (player.state === "idle") break;
      voice().tells.trouble("decode");
    }
    await clock.pass(1);
    expect(told.slice(1)).toEqual(["failed a undecodable", "finished a failed", "exhausted a"]);
  });

  test("an address that was refused is asked for again at once, and once", async () => {
    const { player, voices, voice, dull, told } = bench();
    player.play(a);
    await settled();
    voice().tells.trouble("refused");
    await settled();
    expect([voices.length, player.state]).toEqual([2, "playing"]);
    dull(true);
    voice().tells.trouble("refused");
    await settled();
    voice().tells.trouble("refused");
    await settled();
    expect(told).toContain("failed a gone");
  });

  test.each(["refused", "gone"] as const)("the server says %s", async (failure) => {
    const { player, told, away } = bench();
    away(failure);
    player.play(a);
    player.setNext(b);
    await settled();
    expect(told[0]).toBe(`failed a ${failure}`);
    // Who must sign in first is not led through the whole queue.
    expect(player.current).toBe(failure === "refused" ? a : null);
    expect(told.includes("failed b gone")).toBe(failure === "gone");
  });
});

test("reports: each thing once, and a dragged slider as one seek", async () => {
  const { player, clock, voice } = bench();
  const told: [string, string, number][] = [];
  const stop = reporting(
    player,
    ({ track_id, state, position_ms }) => told.push([track_id, state, position_ms / 1000]),
    () => 1,
    clock,
  );
  player.play(a);
  await settled();
  for (const to of [10, 20, 30]) player.seek(to);
  await clock.pass(1000);
  player.pause();
  player.resume();
  await settled();
  player.setNext(b);
  voice().tells.ended();
  await settled();
  player.play(a);
  stop();
  expect(told).toEqual([
    ["a", "starting", 0],
    ["a", "playing", 0],
    ["a", "playing", 30],
    ["a", "paused", 30],
    ["a", "playing", 30],
    ["a", "stopped", 200],
    ["b", "starting", 0],
    ["b", "stopped", 0],
  ]);
});

test("sleep: after a while, or with the track", async () => {
  const { player, clock, voice } = bench();
  const timer = new SleepTimer(player, clock);
  player.play(a);
  player.setNext(b);
  await settled();
  timer.after(10);
  expect(timer.left()).toBe(600_000);
  await clock.pass(600_001);
  expect([player.state, timer.sleep]).toEqual(["paused", null]);
  player.resume();
  timer.atEndOfTrack();
  await settled();
  voice().tells.ended();
  expect([player.state, timer.isLast]).toEqual(["idle", true]);
  await settled();
  expect(timer.isLast).toBe(false);
});
