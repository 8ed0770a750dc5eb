/** How one item goes over into the next. */
import type { Form } from "./choose";
import type { Item, Settings } from "./types";

/**
 * - `stream`: both in one SourceBuffer, sample exact;
 * - `samples`: both decoded and put together by Web Audio, sample exact;
 * - `crossfade`: two elements, one going down while the other comes up;
 * - `follow`: two elements, one right after the other.
 */
export type Join = "stream" | "samples" | "crossfade" | "follow";

export interface Side {
  item: Item;
  form: Form;
}

export interface Means {
  /** There is a running audio graph. */
  graph: boolean;
  /** Bytes that one decoded track may take. */
  room: number;
  /** Samples a second of the graph. */
  rate: number;
}

/** Crossfades take at most a third of the shorter track. */
const MOST_OF_TRACK = 3;
const LEAST_SECONDS = 0.2;

export const sameAlbum = (one: Item, other: Item): boolean =>
  one.albumId !== null && one.albumId === other.albumId;

/** Seconds that two items sound together; 0 where they do not. */
export function crossfadeOf(one: Item, other: Item, settings: Pick<Settings, "crossfade">): number {
  if (sameAlbum(one, other) || one.key === other.key) return 0;
  const shorter = Math.min(one.durationMs, other.durationMs) / 1000;
  const seconds = Math.min(settings.crossfade, 12, shorter / MOST_OF_TRACK);
  return seconds >= LEAST_SECONDS ? seconds : 0;
}

/** Bytes of a decoded track: two channels of 32 bits. */
export const decodedSize = (item: Item, rate: number): number =>
  (item.durationMs / 1000) * rate * 8;

export function joinOf(
  one: Side,
  other: Side,
  settings: Pick<Settings, "crossfade" | "gapless" | "rate">,
  means: Means,
): Join {
  const crossfade = crossfadeOf(one.item, other.item, settings) > 0;
  if (crossfade) return "crossfade";
  if (!settings.gapless) return "follow";
  if (one.form.way === "stream" && other.form.way === "stream") return "stream";
  // Decoding costs memory, and only neighbours of one album are meant to be heard as one.
  if (!sameAlbum(one.item, other.item) || !means.graph || settings.rate !== 1) return "follow";
  const fits = ({ item, form }: Side): boolean =>
    form.way === "file" && decodedSize(item, means.rate) <= means.room;
  return fits(one) && fits(other) ? "samples" : "follow";
}
