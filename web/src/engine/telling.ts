/** What the engine tells: each thing once, and in an order that can be relied on. */
import { Emitter } from "./emitter";
import type { Slot } from "./slot";
import type { Events, Item, State } from "./types";
import type { Prepared } from "./voices/voice";

export class Telling extends Emitter<Events> {
  state: State = "idle";
  #item: Item | null = null;
  #form: Prepared | null = null;

  get silent(): boolean {
    return this.state === "paused" || this.state === "idle";
  }

  /** What is done now, if it is something else than before. */
  tell(state: State, item: Item | null): void {
    const same = state === this.state && item === this.#item;
    this.state = state;
    this.#item = item;
    if (!same) this.emit("state", { state, item });
  }

  /** An item sounds: in which form, and, the first time, that it began. */
  begun(slot: Slot): void {
    const { item, prepared } = slot;
    if (prepared && prepared.form !== this.#form?.form) {
      this.#form = prepared;
      const { codec, bitrate, lossless, adaptive } = prepared.form;
      this.emit("form", { item, codec, bitrate, lossless, adaptive });
    }
    if (slot.sounded) return;
    slot.sounded = true;
    this.emit("started", { item, from: slot.from, at: slot.position().at });
  }

  /** An item that began is over. */
  finish(slot: Slot | null, reason: Events["finished"]["reason"]): void {
    if (!slot?.sounded) return;
    slot.sounded = false;
    const { item, prepared } = slot;
    // A voice that went over tells of the next item already.
    const whole = (prepared?.playback.duration_ms ?? item.durationMs) / 1000;
    this.emit("finished", { item, at: reason === "ended" ? whole : slot.position().at, reason });
  }
}
