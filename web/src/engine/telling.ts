/** What the engine tells: each thing once, and in an order that can be relied on. */
import { Emitter } from "./emitter";
import type { Slot } from "./slot";
import type { Events, Item, State } from "./types";

export class Telling extends Emitter<Events> {
  state: State = "idle";
  #item: Item | null = null;

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
    if (prepared) {
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
    const { at, duration } = slot.position();
    this.emit("finished", { item: slot.item, at: reason === "ended" ? duration : at, reason });
  }
}
