/** Plays one item after another: see `Engine`. */
import { Addresses } from "./addresses";
import type { Clock } from "./clock";
import { drop, type Following, follow } from "./following";
import { crossfadeOf } from "./joining";
import { Line } from "./line";
import type { Output } from "./output";
import type { Probe } from "./probe";
import { Slot, type SlotListener, type SlotNeeds, type Start } from "./slot";
import { Telling } from "./telling";
import type { Engine, Events, Failure, Item, Position, Settings, Source, State } from "./types";
import type { Voice, VoiceNeeds } from "./voices/voice";

/** Seconds before the end at which the next item is fetched. */
const PREFETCH = 30;
const LOOK_MS = 250;
/** After so much silence the graph rests. */
const REST_MS = 20_000;
/** Items in a row that do not play before it stops by itself. */
const MOST_FAILURES = 3;

export interface PlayerNeeds {
  source: Source;
  settings: Settings;
  clock: Clock;
  output: Output;
  probe: Probe;
  voice(needs: VoiceNeeds): Promise<Voice>;
  /** Plays the current item on as samples, so that the next one can be joined to it. */
  samples(slot: Slot): Promise<boolean>;
  /** Bytes that one decoded track may take. */
  room: number;
}

export class Player implements Engine {
  #needs: PlayerNeeds;
  #settings: Settings;
  #events = new Telling();
  #addresses: Addresses;
  #line: Line;
  #current: Slot | null = null;
  #leaving: Slot | null = null;
  #nextItem: Item | null = null;
  #following: Following | null = null;
  /** It could not be fetched ahead: it is tried when its time has come. */
  #given: Item | null = null;
  #hinted: Slot | null = null;
  #failures = 0;
  #cancelLook: (() => void) | null = null;
  #cancelRest: (() => void) | null = null;

  constructor(needs: PlayerNeeds) {
    this.#needs = needs;
    this.#settings = needs.settings;
    this.#line = new Line(() => needs.clock.now());
    this.#addresses = new Addresses(needs.source, needs.clock);
    needs.output.configure(this.#settings);
  }

  get state(): State {
    return this.#events.state;
  }

  get current(): Item | null {
    return this.#current?.item ?? null;
  }

  play(item: Item, { at = 0, paused = false }: { at?: number; paused?: boolean } = {}): void {
    if (!paused) this.#needs.output.wake();
    this.#leave();
    const slot = at ? this.#slot(item, { from: "play", at }) : this.#reused(item);
    this.#clear(slot);
    if (paused) {
      this.#tell("paused");
      if (!slot.voice) void slot.load();
      return;
    }
    this.#tell("loading");
    slot.play();
  }

  setNext(item: Item | null): void {
    if (item?.key === this.#nextItem?.key) return;
    this.#nextItem = item;
    this.#given = null;
    this.#dropFollowing();
    this.#look();
  }

  prepare(item: Item): void {
    const known = [this.#current, this.#following?.slot, this.#hinted];
    if (known.some((slot) => slot?.item.trackId === item.trackId)) return;
    this.#hinted?.dispose();
    this.#hinted = this.#slot(item, { from: "play", at: 0 });
    void this.#hinted.load();
  }

  pause(): void {
    const slot = this.#current;
    if (!slot || this.#events.state === "paused") return;
    this.#cut();
    const { at } = slot.position();
    this.#rest(slot);
    if (slot.sounded) this.#events.emit("paused", { item: slot.item, at });
  }

  resume(): void {
    const slot = this.#current;
    if (!slot || this.#events.state !== "paused") return;
    this.#needs.output.wake();
    this.#tell("loading");
    const { at } = slot.position();
    if (slot.sounded) this.#events.emit("resumed", { item: slot.item, at });
    slot.play();
  }

  seek(to: number): void {
    const slot = this.#current;
    if (!slot) return;
    this.#cut();
    const { at, duration } = slot.position();
    const place = Math.min(Math.max(0, to), Math.max(0, duration - 0.05));
    slot.seek(place);
    if (slot.sounded) this.#events.emit("seeked", { item: slot.item, from: at, to: place });
    this.#look();
  }

  stop(): void {
    this.#leave();
    this.#clear(null);
    this.#tell("idle");
  }

  configure(change: Partial<Settings>): void {
    const before = this.#settings;
    const now = { ...before, ...change };
    this.#settings = now;
    this.#needs.output.configure(now);
    if (now.equaliser && !before.equaliser) this.#needs.output.wake();
    const differs = (...names: (keyof Settings)[]): boolean =>
      names.some((name) => before[name] !== now[name]);
    if (differs("crossfade", "gapless", "quality", "rate", "normalisation")) this.#dropFollowing();
    if (differs("normalisation")) this.#current?.relevel();
    if (differs("rate")) this.#rerate(now.rate);
    if (differs("quality", "gapless")) this.#reform();
    this.#look();
  }

  position(): Position {
    return this.#current?.position() ?? { at: 0, duration: 0, buffered: 0 };
  }

  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  cast(): Promise<boolean> {
    return this.#current?.voice?.channel.cast() ?? Promise.resolve(false);
  }

  destroy(): void {
    this.stop();
    this.#hinted?.dispose();
    for (const cancel of [this.#cancelLook, this.#cancelRest]) cancel?.();
    this.#addresses.destroy();
    this.#needs.output.destroy();
    this.#events.clear();
  }

  readonly #listener: SlotListener = {
    ready: () => this.#look(),
    playing: (slot) => this.#sounds(slot),
    waiting: (slot) => {
      if (slot === this.#current && slot.wanted) this.#tell(slot.sounded ? "stalled" : "loading");
    },
    ended: (slot) => {
      if (slot === this.#leaving) this.#cut();
      if (slot === this.#current) this.#advance("ended");
    },
    advanced: (slot) => {
      if (slot === this.#current) this.#wentOver(slot);
    },
    blocked: (slot) => {
      if (slot === this.#current) this.#rest(slot);
    },
    retrying: (slot, attempt) => {
      if (slot !== this.#current) return;
      if (slot.wanted && !slot.voice?.sounds) this.#tell("stalled");
      this.#events.emit("retrying", { item: slot.item, attempt });
    },
    failed: (slot, failure) => this.#failed(slot, failure),
  };

  #slot(item: Item, start: Start): Slot {
    const needs: SlotNeeds = {
      ...this.#needs,
      settings: () => this.#settings,
      carries: () => this.#line.carries(),
      narrow: (bitrate) => this.#line.narrow(bitrate),
      playback: (asked, fresh, signal) => this.#addresses.of(asked, fresh, signal),
    };
    return new Slot(item, start, needs, this.#listener);
  }

  /** What was fetched ahead for this item, or a new slot. */
  #reused(item: Item): Slot {
    const following = this.#following;
    if (following?.slot.isFor(item) && following.slot.voice) {
      this.#following = null;
      return following.slot;
    }
    const hinted = this.#hinted;
    if (hinted?.isFor(item) && !hinted.halted) {
      this.#hinted = null;
      return hinted;
    }
    return this.#slot(item, { from: "play", at: 0 });
  }

  #rest(slot: Slot): void {
    slot.pause();
    this.#tell("paused");
  }

  #leave(): void {
    this.#cut();
    this.#events.finish(this.#current, "replaced");
  }

  /** Nothing follows that does not belong to the new current one. */
  #clear(current: Slot | null): void {
    this.#nextItem = null;
    this.#given = null;
    this.#dropFollowing();
    this.#current?.dispose();
    this.#current = current;
  }

  #tell(state: State): void {
    this.#events.tell(state, this.current);
    this.#watch();
  }

  #sounds(slot: Slot): void {
    if (slot !== this.#current || !slot.wanted) return;
    this.#failures = 0;
    this.#tell("playing");
    this.#events.begun(slot);
    this.#look();
  }

  /** The current item is over: the next one, if there is one. */
  #advance(reason: "ended" | "failed"): void {
    const old = this.#current;
    if (!old) return;
    this.#events.finish(old, reason);
    if (old !== this.#current) return;
    const next = this.#nextItem;
    const slot = this.#following?.slot ?? (next && this.#slot(next, { from: "advance", at: 0 }));
    this.#following = null;
    this.#nextItem = null;
    old.dispose();
    this.#current = slot;
    if (!slot) {
      this.#tell("idle");
      this.#events.emit("exhausted", { item: old.item });
      return;
    }
    this.#tell("loading");
    slot.play();
  }

  /** The voice went over into the next item by itself. */
  #wentOver(old: Slot): void {
    const following = this.#following;
    if (!following?.chained) return;
    this.#events.finish(this.#current, "ended");
    this.#following = null;
    this.#nextItem = null;
    const { slot } = following;
    slot.wanted = true;
    old.handOver(slot);
    this.#current = slot;
    this.#tell("playing");
    this.#events.begun(slot);
  }

  #failed(slot: Slot, failure: Failure): void {
    if (slot === this.#hinted) this.#hinted = null;
    if (slot === this.#following?.slot) {
      this.#given = slot.item;
      this.#following = null;
      slot.dispose();
    }
    if (slot !== this.#current) return;
    this.#failures += 1;
    this.#events.emit("failed", { item: slot.item, failure });
    // Whoever heard it may have begun something else.
    if (slot !== this.#current) return;
    const hopeless = failure === "refused" || this.#failures >= MOST_FAILURES;
    // It stays, and another try by hand begins where it stood.
    if (hopeless) this.#tell("paused");
    else this.#advance("failed");
  }

  /** Looks now and then what is to be done, as long as something plays. */
  #watch(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    const { clock, output } = this.#needs;
    if (this.#events.silent) this.#cancelRest ??= clock.after(REST_MS, () => output.rest());
    else {
      this.#cancelLook = clock.after(LOOK_MS, () => this.#look());
      this.#cancelRest?.();
      this.#cancelRest = null;
    }
  }

  #look(): void {
    this.#watch();
    const [slot, next] = [this.#current, this.#nextItem];
    if (!slot?.voice || !next || this.state !== "playing") return;
    const { at, duration } = slot.position();
    const left = (duration - at) / this.#settings.rate;
    const crossfade = crossfadeOf(slot.item, next, this.#settings);
    if (!this.#following && next !== this.#given && left <= PREFETCH + crossfade) {
      void this.#follow(slot, next);
    }
    const following = this.#following;
    if (following?.join !== "crossfade" || !following.slot.ready) return;
    if (left <= crossfade + 0.005) this.#cross(following.slot, left);
    else if (left - crossfade < LOOK_MS / 1000) {
      this.#cancelLook?.();
      this.#cancelLook = this.#needs.clock.after((left - crossfade) * 1000, () => this.#look());
    }
  }

  /** Fetches the next item, and joins it to the current one as well as can be. */
  async #follow(current: Slot, next: Item): Promise<void> {
    const slot = this.#slot(next, { from: "advance", at: 0 });
    const following: Following = { slot, join: null, chained: false };
    this.#following = following;
    const stands = (): boolean => this.#following === following && this.#current === current;
    const worked = await follow(following, current, {
      ...this.#needs,
      settings: this.#settings,
      stands,
    });
    if (worked || !stands()) return;
    this.#given = next;
    this.#following = null;
    slot.dispose();
  }

  #dropFollowing(): void {
    if (this.#following) drop(this.#following, this.#current);
    this.#following = null;
  }

  #cross(next: Slot, seconds: number): void {
    const old = this.#current;
    if (!old?.voice || !next.voice) return;
    this.#events.finish(this.#current, "ended");
    this.#cut();
    this.#following = null;
    this.#nextItem = null;
    this.#leaving = old;
    this.#current = next;
    old.voice.channel.run(false, seconds);
    next.voice.channel.run(true, seconds);
    next.play();
    this.#tell("loading");
    this.#needs.clock.after(seconds * 1000 + 100, () => {
      if (this.#leaving === old) this.#cut();
    });
  }

  /** Ends a crossfade at once. */
  #cut(): void {
    const leaving = this.#leaving;
    this.#leaving = null;
    if (!leaving) return;
    leaving.dispose();
    this.#current?.voice?.channel.open();
  }

  #rerate(rate: number): void {
    const slot = this.#current;
    if (slot?.voice?.exact && rate !== 1) void slot.reload();
    else slot?.voice?.setRate(rate);
  }

  /** Another quality: at once, where it makes a difference. */
  #reform(): void {
    if (this.#current?.isOtherwise(this.#settings, this.#line.carries())) {
      void this.#current.reload();
    }
  }
}
