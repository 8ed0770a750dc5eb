/** Something that plays one item, and may go over into the next by itself. */
import type { Channel } from "../channel";
import type { Form } from "../choose";
import type { Clock } from "../clock";
import type { Item, Playback, Position } from "../types";
import type { Trouble } from "./trouble";

/** An item of which all is known that is needed to play it. */
export interface Prepared {
  item: Item;
  playback: Playback;
  form: Form;
  /** The factor of its normalisation. */
  level: number;
}

export interface VoiceListener {
  /** It could sound at once. */
  ready(): void;
  /** It sounds, for the first time or again. */
  playing(): void;
  /** It ran dry. */
  waiting(): void;
  ended(): void;
  /** What was chained sounds now. */
  advanced(): void;
  trouble(kind: Trouble): void;
  /** The browser wants a gesture first. */
  blocked(): void;
}

export interface Voice {
  readonly channel: Channel;
  readonly ready: boolean;
  /** It goes on right now. */
  readonly sounds: boolean;
  /** It plays samples, not an element: at one speed only. */
  readonly exact?: boolean;
  play(): void;
  pause(): void;
  seek(to: number): void;
  position(): Position;
  setRate(rate: number): void;
  /** Goes over into the next without a gap. False where it cannot be done. */
  chain?(next: Prepared): Promise<boolean>;
  /** Does not, after all. */
  unchain?(): void;
  dispose(): void;
}

/** What a voice needs besides its item. */
export interface VoiceNeeds {
  channel: Channel;
  clock: Clock;
  prepared: Prepared;
  /** Seconds. */
  at: number;
  rate: number;
  listener: VoiceListener;
  /** Addresses that are good, when those in hand are no longer. */
  renew(item: Item): Promise<Playback>;
}
