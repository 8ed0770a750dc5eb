/**
 * One item on its way to sound: its addresses, its form, its voice, and what is done when
 * something goes wrong.
 */
import { choose, type Form, nameOf } from "./choose";
import { type Clock, passed } from "./clock";
import { levelOf } from "./loudness";
import type { Output } from "./output";
import type { Probe } from "./probe";
import type { Failure, Item, Playback, Position, Settings } from "./types";
import { ATTEMPT_MS, failureOf, isFinal, MOST_ATTEMPTS, type Trouble } from "./voices/trouble";
import type { Prepared, Voice, VoiceListener, VoiceNeeds } from "./voices/voice";
import { listenerOn, type Wire } from "./voices/wire";

/** What a slot needs besides its item. */
export interface SlotNeeds {
  clock: Clock;
  output: Output;
  probe: Probe;
  settings(): Settings;
  /** kbit/s that the line carries, as far as anybody knows. */
  carries(): number;
  /** The line carried less than that. */
  narrow(bitrate: number): void;
  playback(item: Item, fresh: boolean, signal: AbortSignal): Promise<Playback>;
  voice(needs: VoiceNeeds): Promise<Voice>;
}

export interface SlotListener {
  ready(slot: Slot): void;
  playing(slot: Slot): void;
  waiting(slot: Slot): void;
  ended(slot: Slot): void;
  advanced(slot: Slot): void;
  blocked(slot: Slot): void;
  retrying(slot: Slot, attempt: number): void;
  failed(slot: Slot, failure: Failure): void;
}

export interface Start {
  from: "play" | "advance";
  /** Seconds. */
  at: number;
}

/** Rounds of waiting after which what stands still is asked for anew. */
const STUCK = 3;
const MOST_RESTARTS = 2;
/** Rounds after which a smaller form is better, though something comes. */
const SLOW = 2;

/** Milliseconds after which a voice that was left is silent for certain. */
const LEFT_MS = 400;

export class Slot {
  item: Item;
  readonly from: "play" | "advance";
  prepared: Prepared | null = null;
  voice: Voice | null = null;
  /** It shall sound. */
  wanted = false;
  /** It sounded at least once: who listens was told. */
  sounded = false;
  /** It failed, and waits for another try by hand. */
  halted = false;
  #needs: SlotNeeds;
  #listener: SlotListener;
  #at: number;
  #stopped = new AbortController();
  /** Ends what was begun for the voice before. */
  #loading = new AbortController();
  #busy = false;
  #wire: Wire = { to: null };
  #forms: Form[] = [];
  #mending = false;
  /** Tries since it sounded last. */
  #attempts = 0;
  /** How often it was begun anew since then, though the server was there. */
  #restarts = 0;
  /** Forms that turned out not to play. */
  #bad = new Set<string>();

  constructor(item: Item, start: Start, needs: SlotNeeds, listener: SlotListener) {
    this.item = item;
    this.from = start.from;
    this.#at = start.at;
    this.#needs = needs;
    this.#listener = listener;
  }

  /** It was fetched ahead for this track: then it becomes the item's. */
  isFor(item: Item): boolean {
    if (this.item.trackId !== item.trackId) return false;
    this.item = item;
    return true;
  }

  get ready(): boolean {
    return this.voice?.ready ?? false;
  }

  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  position(): Position {
    const { durationMs } = this.item;
    return (
      this.voice?.position() ?? { at: this.#at, duration: durationMs / 1000, buffered: this.#at }
    );
  }

  /** Finds out how it is played. */
  async prepare(fresh = false): Promise<Prepared> {
    if (this.prepared && !fresh) return this.prepared;
    const { signal } = this.#stopped;
    const playback = await this.#needs.playback(this.item, fresh, signal);
    signal.throwIfAborted();
    const settings = this.#needs.settings();
    const { quality, gapless } = settings;
    const wish = { quality, gapless, carries: this.#needs.carries() };
    const forms = choose(playback, this.#needs.probe, wish);
    this.#forms = forms.filter((form) => !this.#bad.has(nameOf(form)));
    return this.#take(playback);
  }

  /** With these settings it would be played in another form. */
  isOtherwise({ quality, gapless }: Settings, carries: number): boolean {
    if (!this.prepared) return false;
    const { playback, form } = this.prepared;
    const forms = choose(playback, this.#needs.probe, { quality, gapless, carries });
    const best = forms.find((each) => !this.#bad.has(nameOf(each)));
    return best !== undefined && (best.url !== form.url || best.way !== form.way);
  }

  /** Makes its voice; it begins to load. */
  async load(): Promise<void> {
    this.halted = false;
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#busy = true;
    try {
      await this.prepare();
      if (!signal.aborted) await this.#speak(signal);
    } catch (error) {
      if (signal.aborted || this.#stopped.signal.aborted) return;
      await this.#mend("network", failureOf(error));
    } finally {
      if (this.#loading.signal === signal) this.#busy = false;
    }
  }

  /** With what is known now: other settings, another line, fresh addresses. */
  async reload(): Promise<void> {
    this.#hush();
    this.prepared = null;
    await this.load();
  }

  play(): void {
    this.wanted = true;
    if (this.voice) this.#sound(this.voice);
    else if (!this.#busy) void this.load();
  }

  pause(): void {
    this.wanted = false;
    this.voice?.pause();
  }

  seek(to: number): void {
    this.#at = to;
    this.voice?.seek(to);
  }

  relevel(): void {
    if (!this.prepared) return;
    this.prepared.level = this.#level(this.prepared.playback);
    this.voice?.channel.setLevel(this.prepared.level);
  }

  /** Plays on by another voice of the same item, if there comes one. */
  async change(
    make: (listener: VoiceListener, signal: AbortSignal) => Promise<Voice | null>,
  ): Promise<boolean> {
    const { voice: old } = this;
    const { signal } = this.#loading;
    const wire: Wire = { to: null };
    const voice = await make(listenerOn(wire), signal).catch(() => null);
    if (!voice || !old) return false;
    const { clock, output } = this.#needs;
    if (signal.aborted || this.voice !== old) {
      voice.dispose();
      output.release(voice.channel);
      return false;
    }
    this.#wire.to = null;
    this.#wire = wire;
    wire.to = this.told;
    this.voice = voice;
    clock.after(LEFT_MS, () => {
      old.dispose();
      output.release(old.channel);
    });
    return true;
  }

  /** Gives its voice to the slot that it went over to. */
  handOver(to: Slot): void {
    to.voice = this.voice;
    to.#wire = this.#wire;
    to.#wire.to = to.told;
    this.voice = null;
    this.#wire = { to: null };
    this.dispose();
  }

  dispose(): void {
    this.#stopped.abort();
    this.#hush();
  }

  hears(): VoiceListener {
    this.#wire = { to: this.told };
    return listenerOn(this.#wire);
  }

  /** What its voice tells. */
  readonly told: VoiceListener = {
    ready: (): void => this.#listener.ready(this),
    playing: (): void => {
      this.#attempts = 0;
      this.#restarts = 0;
      this.#listener.playing(this);
    },
    waiting: (): void => {
      this.#listener.waiting(this);
      void this.#stalled();
    },
    ended: (): void => this.#listener.ended(this),
    advanced: (): void => this.#listener.advanced(this),
    blocked: (): void => this.#listener.blocked(this),
    trouble: (kind: Trouble): void => void this.#mend(kind, "offline"),
  };

  async #speak(signal: AbortSignal): Promise<void> {
    const prepared = this.prepared;
    if (!prepared) throw new Error("it is not prepared");
    const channel = this.#needs.output.channel();
    const at = this.#at;
    const voice = await this.#needs.voice({
      channel,
      clock: this.#needs.clock,
      prepared,
      at,
      rate: this.#needs.settings().rate,
      listener: this.hears(),
      // The voice may outlive this slot.
      renew: (item) => this.#needs.playback(item, true, new AbortController().signal),
    });
    if (signal.aborted) {
      voice.dispose();
      this.#needs.output.release(channel);
      return;
    }
    this.voice = voice;
    // Its code may have come from the server, and somebody sought meanwhile.
    if (this.#at !== at) voice.seek(this.#at);
    if (this.wanted) this.#sound(voice);
  }

  #sound(voice: Voice): void {
    voice.play();
    // It may wait for ever for a first byte, and browsers call that nothing.
    if (!voice.ready) void this.#stalled();
  }

  #hush(): void {
    this.#loading.abort();
    this.#busy = false;
    this.#wire.to = null;
    const { voice } = this;
    if (!voice) return;
    this.#at = voice.position().at;
    this.voice = null;
    voice.dispose();
    this.#needs.output.release(voice.channel);
  }

  #take(playback: Playback): Prepared {
    const [form] = this.#forms;
    if (!form) throw new Error("the browser can play no form of it", { cause: "undecodable" });
    this.prepared = { item: this.item, playback, form, level: this.#level(playback) };
    return this.prepared;
  }

  #level(playback: Playback): number {
    return levelOf(playback, this.#needs.settings().normalisation);
  }

  /** It ran dry. Slow lines only need time; servers that are away need trying. */
  async #stalled(): Promise<void> {
    if (this.#mending) return;
    this.#mending = true;
    const { signal } = this.#loading;
    let rounds = 0;
    try {
      for (let before = this.position(); ; before = this.position()) {
        await passed(this.#needs.clock, ATTEMPT_MS, signal);
        if (!this.wanted || this.#goes()) return;
        const failure = await this.#reaches(signal);
        if (failure && (isFinal(failure) || this.#attempts >= MOST_ATTEMPTS)) {
          return this.#fail(failure);
        }
        rounds += 1;
        if (failure) continue;
        const away = this.#attempts > 0;
        if (!away && rounds >= SLOW) this.#needs.narrow(this.prepared?.form.bitrate ?? 0);
        const smaller =
          rounds >= SLOW && this.isOtherwise(this.#needs.settings(), this.#needs.carries());
        if (this.#moves(before) ? !smaller : !away && rounds < STUCK) continue;
        this.#restarts += 1;
        // Something is wrong with this form, if not with the line.
        if (this.#restarts > MOST_RESTARTS) void this.#mend("decode", "offline");
        else void this.reload();
        return;
      }
    } catch {
      // Another voice took over.
    } finally {
      this.#mending = false;
    }
  }

  /** Asks the server. Why it does not answer, or null when it does. */
  async #reaches(signal: AbortSignal): Promise<Failure | null> {
    try {
      await this.#needs.playback(this.item, true, this.#stopped.signal);
      return null;
    } catch (error) {
      signal.throwIfAborted();
      this.#attempts += 1;
      this.#listener.retrying(this, this.#attempts);
      return failureOf(error);
    }
  }

  #goes(): boolean {
    return this.voice?.sounds ?? false;
  }

  #moves(before: Position): boolean {
    const { at, buffered } = this.position();
    return at > before.at || buffered > before.buffered;
  }

  /** Another form, or the same again. */
  async #mend(trouble: Trouble, failure: Failure): Promise<void> {
    if (isFinal(failure)) return this.#fail(failure);
    const playback = this.prepared?.playback;
    this.#hush();
    if (trouble === "decode" && playback) {
      const form = this.#forms.shift();
      if (form) this.#bad.add(nameOf(form));
      if (!this.#forms.length) return this.#fail("undecodable");
      this.#take(playback);
      return this.load();
    }
    this.#loading = new AbortController();
    this.#busy = true;
    await this.#again(trouble, failure, this.#loading.signal).catch(() => undefined);
  }

  /** Five times, two seconds apart; where only the address was refused, once and at once. */
  async #again(trouble: Trouble, failure: Failure, signal: AbortSignal): Promise<void> {
    if (trouble === "refused" && this.#attempts > 0) return this.#fail("gone");
    let last = failure;
    while (this.#attempts < MOST_ATTEMPTS) {
      const patient = trouble !== "refused" || this.#attempts > 0;
      this.#attempts += 1;
      if (patient) await passed(this.#needs.clock, ATTEMPT_MS, signal);
      this.#listener.retrying(this, this.#attempts);
      try {
        await this.prepare(true);
        signal.throwIfAborted();
        return await this.load();
      } catch (error) {
        signal.throwIfAborted();
        last = failureOf(error);
        if (isFinal(last)) break;
      }
    }
    this.#fail(last);
  }

  #fail(failure: Failure): void {
    this.#hush();
    this.prepared = null;
    this.#attempts = 0;
    this.halted = true;
    this.wanted = false;
    this.#listener.failed(this, failure);
  }
}
