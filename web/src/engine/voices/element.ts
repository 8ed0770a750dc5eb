/** A file or a playlist, played by an element. */
import type { Form } from "../choose";
import type { Position } from "../types";
import { troubleOf } from "./trouble";
import type { Voice, VoiceNeeds } from "./voice";

/** Ends that come so many seconds too early are broken connections. */
const EARLY = 3;
/** Enough is there to go on for a moment. */
const HAVE_FUTURE_DATA = 3;

/** Where an element stands and how much of it is there. */
export function placeOf(element: HTMLMediaElement): { at: number; buffered: number } {
  const at = element.currentTime;
  const { buffered } = element;
  for (let place = 0; place < buffered.length; place += 1) {
    if (buffered.start(place) <= at + 0.1 && at <= buffered.end(place)) {
      return { at, buffered: buffered.end(place) };
    }
  }
  return { at, buffered: at };
}

/** Begins to play; a browser that wants a gesture first says so. */
export function begin(element: HTMLMediaElement, blocked: () => void): void {
  element.play().catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "NotAllowedError") blocked();
  });
}

export function setRate(element: HTMLMediaElement, rate: number): void {
  element.preservesPitch = true;
  element.defaultPlaybackRate = rate;
  element.playbackRate = rate;
}

/** Puts a playlist on an element of a browser that knows none. */
export type Attach = (element: HTMLMediaElement, form: Form) => { destroy(): void };

export class ElementVoice implements Voice {
  readonly channel;
  #needs: VoiceNeeds;
  #element: HTMLAudioElement;
  #stopped = new AbortController();
  #attached: { destroy(): void } | null = null;
  /** Where it was sought to and cannot go: whoever takes over begins there. */
  #beyond: number | null = null;
  /** Since when it goes on undisturbed, and from where. */
  #since = { time: 0, at: 0 };

  constructor(needs: VoiceNeeds, attach: Attach | null = null) {
    this.#needs = needs;
    this.channel = needs.channel;
    this.channel.setLevel(needs.prepared.level);
    this.#element = needs.channel.element;
    this.#hear();
    const { form } = needs.prepared;
    this.#element.disableRemotePlayback = false;
    if (attach) this.#attached = attach(this.#element, form);
    else {
      this.#element.src = form.url;
      this.#element.load();
    }
    setRate(this.#element, needs.rate);
    // Before anything is loaded this is where it begins.
    if (needs.at > 0) this.#element.currentTime = needs.at;
  }

  get ready(): boolean {
    return this.#element.readyState >= HAVE_FUTURE_DATA;
  }

  get sounds(): boolean {
    return this.ready && !this.#element.paused;
  }

  play(): void {
    this.#mark();
    begin(this.#element, () => this.#needs.listener.blocked());
  }

  pause(): void {
    this.#element.pause();
  }

  seek(to: number): void {
    // What is still being made has no ranges yet: it is asked for anew.
    if (this.#reaches(to)) this.#element.currentTime = to;
    else {
      this.#beyond = to;
      this.#needs.listener.trouble("refused");
    }
  }

  position(): Position {
    const place = placeOf(this.#element);
    return { ...place, at: this.#beyond ?? place.at, duration: this.#duration() };
  }

  setRate(rate: number): void {
    setRate(this.#element, rate);
  }

  dispose(): void {
    this.#stopped.abort();
    this.#attached?.destroy();
  }

  #mark(): void {
    this.#since = { time: this.#needs.clock.now(), at: this.#element.currentTime };
  }

  /** It came to the end faster than anybody can listen: browsers pass over what is garbage. */
  #leapt(): boolean {
    const { currentTime, playbackRate } = this.#element;
    const { time, at } = this.#since;
    const heard = ((this.#needs.clock.now() - time) / 1000) * playbackRate;
    return currentTime - at > heard + EARLY;
  }

  #reaches(to: number): boolean {
    const { seekable, readyState } = this.#element;
    if (!readyState) return true;
    return seekable.length > 0 && to <= seekable.end(seekable.length - 1) + 0.5;
  }

  #duration(): number {
    const { duration } = this.#element;
    return Number.isFinite(duration) && duration > 0
      ? duration
      : this.#needs.prepared.playback.duration_ms / 1000;
  }

  #hear(): void {
    const { listener, prepared } = this.#needs;
    const { signal } = this.#stopped;
    const on = (type: string, work: () => void): void =>
      this.#element.addEventListener(type, work, { signal });
    on("loadedmetadata", () => {
      if (this.#needs.at > 0 && !this.#reaches(this.#needs.at)) listener.trouble("network");
    });
    on("canplay", () => listener.ready());
    for (const type of ["seeked", "ratechange"]) on(type, () => this.#mark());
    on("playing", () => listener.playing());
    on("waiting", () => listener.waiting());
    on("ended", () => {
      const { duration_ms, gapless } = prepared.playback;
      // Before a file was analysed its length is what its header says.
      const early = gapless ? duration_ms / 1000 - this.#element.currentTime : 0;
      if (early > EARLY) listener.trouble("network");
      else if (this.#leapt()) listener.trouble("decode");
      else listener.ended();
    });
    on("error", async () => {
      const kind = await troubleOf(this.#element.error, prepared.form.url, signal);
      if (!signal.aborted) listener.trouble(kind);
    });
  }
}
