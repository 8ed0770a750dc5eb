/** Lossless tracks in one SourceBuffer, one after another without a gap. */
import { mediaSourceKind } from "../probe";
import type { Playback, Position } from "../types";
import { begin, placeOf, setRate } from "../voices/element";
import type { Prepared, Voice, VoiceNeeds } from "../voices/voice";
import { spanOf } from "./mp4";
import { Fetcher, Parts, Refused, whole } from "./parts";
import {
  dropBefore,
  FIRST,
  fitTogether,
  type Place,
  partAt,
  placeAfter,
  wantsMore,
  windowOf,
} from "./plan";
import { Sink } from "./source";

/** How often it is looked whether more is wanted, milliseconds. */
const LOOK_MS = 500;
/** Levels are set this long before a join, seconds. */
const SOON = 1;
const HAVE_FUTURE_DATA = 3;
const NOT_FOUND = 404;

/** A track in the buffer. */
interface Track {
  parts: Parts;
  place: Place;
  /** Samples; exact once its last part was seen. */
  samples: number | null;
  /** The part to be fetched next. */
  next: number;
  /** Samples to the end of the part that came last. */
  seen: number | null;
}

export class StreamVoice implements Voice {
  readonly channel;
  #needs: VoiceNeeds;
  #element: HTMLAudioElement;
  #stopped = new AbortController();
  #sink: Sink | null = null;
  #track: Track | null = null;
  #chained: Track | null = null;
  /** The track that the buffer was told of last. */
  #aimed: Track | null = null;
  #fetcher: Fetcher;
  /** Ends what the feeding waits for. */
  #wake: () => void = () => undefined;
  /** Counts seeks: what was fetched for the place before is of no use. */
  #turn = 0;
  /** Counts chains that were given up. */
  #links = 0;
  #opened: Promise<void>;
  #levelled: Track | null = null;
  #cancelJoin: (() => void) | null = null;
  #begin: number;

  constructor(needs: VoiceNeeds) {
    this.#needs = needs;
    this.channel = needs.channel;
    this.channel.setLevel(needs.prepared.level);
    this.#element = needs.channel.element;
    this.#begin = needs.at;
    this.#fetcher = new Fetcher(needs.clock, this.#stopped.signal);
    this.#hear();
    this.#opened = this.#open().catch(() => {
      if (!this.#stopped.signal.aborted) needs.listener.trouble("decode");
    });
  }

  get ready(): boolean {
    return this.#element.readyState >= HAVE_FUTURE_DATA;
  }

  get sounds(): boolean {
    return this.ready && !this.#element.paused;
  }

  play(): void {
    begin(this.#element, () => this.#needs.listener.blocked());
    this.#look();
  }

  pause(): void {
    this.#element.pause();
    this.#cancelJoin?.();
  }

  seek(to: number): void {
    const track = this.#track;
    if (!track) {
      this.#begin = to;
      return;
    }
    this.#turn += 1;
    this.#aimed = null;
    this.#element.currentTime = track.place.base + to;
    const { at, buffered } = placeOf(this.#element);
    const there = buffered > at ? buffered - track.place.base : to;
    // Parts begin a packet earlier than playlists say.
    track.next =
      there >= this.#length(track) - 1e-3
        ? track.parts.list.length
        : partAt(track.parts.list, there + 0.1);
    this.#look();
  }

  position(): Position {
    const track = this.#track;
    const { item, playback } = this.#needs.prepared;
    if (!track) {
      const duration = (playback.duration_ms || item.durationMs) / 1000;
      return { at: this.#begin, duration, buffered: this.#begin };
    }
    const { at, buffered } = placeOf(this.#element);
    const { base } = track.place;
    const duration = this.#length(track);
    return {
      at: Math.min(duration, Math.max(0, at - base)),
      duration,
      buffered: Math.min(duration, Math.max(0, buffered - base)),
    };
  }

  setRate(rate: number): void {
    setRate(this.#element, rate);
  }

  async chain(next: Prepared): Promise<boolean> {
    if (next.form.way !== "stream") return false;
    this.#links += 1;
    const link = this.#links;
    await this.#opened;
    const track = this.#track;
    const renew = (): Promise<Playback> => this.#needs.renew(next.item);
    const parts = await Parts.open(next, this.#fetcher, renew).catch(() => null);
    if (!track || !parts || link !== this.#links || this.#track !== track) return false;
    if (!fitTogether(track.parts.head, parts.head)) return false;
    // Its place is known when the last sample before it is.
    this.#chained = { parts, place: FIRST, samples: parts.head.samples, next: 0, seen: null };
    this.#wake();
    return true;
  }

  unchain(): void {
    this.#links += 1;
    const [chained, track, sink] = [this.#chained, this.#track, this.#sink];
    this.#chained = null;
    this.#levelled = null;
    this.#cancelJoin?.();
    if (!chained || !track || !sink) return;
    this.channel.setLevel(track.parts.prepared.level);
    if (this.#aimed === chained) this.#aimed = null;
    const complete = track.next === track.parts.list.length;
    // Also what is on its way into the buffer: one thing after another.
    if (chained.next || complete) {
      void sink
        .remove(chained.place.base || this.#endOf(track), Number.POSITIVE_INFINITY)
        .then(() => (complete && !this.#chained ? sink.end() : undefined))
        .catch(() => undefined);
    }
  }

  dispose(): void {
    this.#stopped.abort();
    this.#cancelJoin?.();
  }

  async #open(): Promise<void> {
    const { signal } = this.#stopped;
    const { prepared, listener, renew, rate } = this.#needs;
    const kind = mediaSourceKind();
    if (!kind) throw new Error("there is no MediaSource");
    const [parts, sink] = await Promise.all([
      Parts.open(prepared, this.#fetcher, () => renew(prepared.item)),
      Sink.on(this.#element, kind, signal),
    ]);
    setRate(this.#element, rate);
    const next = partAt(parts.list, this.#begin);
    this.#sink = sink;
    this.#track = { parts, place: FIRST, samples: parts.head.samples, next, seen: null };
    if (this.#begin > 0) this.#element.currentTime = this.#begin;
    void this.#run(sink).catch(() => {
      if (!signal.aborted) listener.trouble("decode");
    });
  }

  async #run(sink: Sink): Promise<void> {
    while (!this.#stopped.signal.aborted) await this.#feed(sink);
  }

  /** One part, or waiting until one is wanted. */
  async #feed(sink: Sink): Promise<void> {
    const turn = this.#turn;
    const track = this.#wanted();
    if (!track) return this.#rest(sink);
    const number = track.next;
    const pieces: ArrayBuffer[] = [];
    try {
      for await (const piece of track.parts.part(number)) {
        if (turn !== this.#turn) return;
        await this.#aim(sink, track, turn);
        if (turn !== this.#turn) return;
        await sink.append(piece);
        if (turn !== this.#turn) return;
        pieces.push(piece);
      }
    } catch (error) {
      if (error instanceof Refused && error.status === NOT_FOUND && number > 0) {
        return this.#shorten(sink, track, number);
      }
      // What came of this part is begun anew.
      this.#aimed = null;
      const full = error instanceof DOMException && error.name === "QuotaExceededError";
      if (!full && !(error instanceof TypeError)) throw error;
      if (full) await this.#drop(sink, true);
      return this.#rest(sink);
    }
    if (turn !== this.#turn) return;
    track.next = number + 1;
    track.seen = spanOf(whole(pieces), track.parts.head)?.end ?? track.seen;
    if (track.next === track.parts.list.length) this.#complete(sink, track);
  }

  /** Before a file was analysed its playlist may name parts that are not there. */
  #shorten(sink: Sink, track: Track, number: number): void {
    track.parts.list.length = number;
    track.next = number;
    this.#complete(sink, track);
  }

  async #aim(sink: Sink, track: Track, turn: number): Promise<void> {
    if (this.#aimed === track) return;
    await sink.aim(windowOf(track.place, track.samples, track.parts.head));
    await sink.append(track.parts.headBytes);
    await sink.reach(this.#endOf(track));
    // A seek meanwhile wants it done again: what came of a part is still in the parser.
    if (turn === this.#turn) this.#aimed = track;
  }

  /** The last part is there: it says exactly where the track ends. */
  #complete(sink: Sink, track: Track): void {
    track.samples = track.seen ?? track.samples;
    const last = this.#chained ?? this.#track;
    if (track === last) void sink.end();
    this.#schedule();
  }

  /** The track of which a part is wanted now. */
  #wanted(): Track | null {
    const track = this.#track;
    if (!track) return null;
    const { at, buffered } = placeOf(this.#element);
    const bitrate = track.parts.prepared.form.bitrate ?? 1000;
    if (!wantsMore({ at, bufferedTo: buffered, bitrate })) return null;
    if (track.next < track.parts.list.length) return track;
    const chained = this.#chained;
    if (!chained || chained.next >= chained.parts.list.length) return null;
    if (track.samples === null) return null;
    chained.place = placeAfter(track.place, track.samples, track.parts.head.timescale);
    return chained;
  }

  async #rest(sink: Sink): Promise<void> {
    await this.#drop(sink, false);
    const { clock } = this.#needs;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(LOOK_MS, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      this.#stopped.signal.addEventListener("abort", this.#wake, { once: true });
    });
  }

  async #drop(sink: Sink, all: boolean): Promise<void> {
    if (!sink.buffered.length) return;
    const { currentTime } = this.#element;
    const to = all ? currentTime - 1 : dropBefore(currentTime, sink.buffered.start(0));
    if (to !== null && to > 0) await sink.remove(0, to);
  }

  /** The next track begins to sound at a time that is known. */
  #schedule(): void {
    this.#cancelJoin?.();
    const chained = this.#chained;
    const track = this.#track;
    if (!chained?.next || !track || this.#element.paused) return;
    const left = (chained.place.base - this.#element.currentTime) / this.#element.playbackRate;
    if (left <= 0) {
      this.#goOver(chained);
      return;
    }
    if (left < SOON && this.#levelled !== chained) {
      this.#levelled = chained;
      this.channel.setLevel(chained.parts.prepared.level, left);
    }
    const wait = Math.max(5, Math.min(left, left < SOON ? left : left - SOON / 2) * 1000);
    this.#cancelJoin = this.#needs.clock.after(wait, () => this.#schedule());
  }

  #goOver(chained: Track): void {
    this.#track = chained;
    this.#chained = null;
    this.#levelled = null;
    this.#needs.listener.advanced();
  }

  /** Seconds in the buffer. */
  #endOf(track: Track): number {
    return track.place.base + this.#length(track);
  }

  #length(track: Track): number {
    const { prepared, head } = track.parts;
    return track.samples === null
      ? prepared.playback.duration_ms / 1000
      : track.samples / head.timescale;
  }

  #look(): void {
    this.#schedule();
    this.#wake();
  }

  #hear(): void {
    const { listener } = this.#needs;
    const { signal } = this.#stopped;
    const on = (type: string, work: () => void): void =>
      this.#element.addEventListener(type, work, { signal });
    on("canplay", () => listener.ready());
    on("playing", () => {
      this.#schedule();
      listener.playing();
    });
    on("waiting", () => {
      if (this.#track) listener.waiting();
    });
    on("timeupdate", () => this.#schedule());
    on("ended", () => listener.ended());
    on("error", () => listener.trouble("decode"));
  }
}
