/** The next item: fetched before it is time for it, and joined to the current one. */
import { type Join, joinOf } from "./joining";
import type { Output } from "./output";
import type { Slot } from "./slot";
import type { Settings } from "./types";

export interface Following {
  slot: Slot;
  /** Null until it is known. */
  join: Join | null;
  /** The current voice goes over into it by itself. */
  chained: boolean;
}

export interface FollowNeeds {
  output: Output;
  settings: Settings;
  /** Bytes that one decoded track may take. */
  room: number;
  /** Plays an item on as samples, so that another one can be joined to it. */
  samples(slot: Slot): Promise<boolean>;
  /** Nothing else was decided in the meantime. */
  stands(): boolean;
}

/** Joins the next item to the current one as well as can be. False where it could not be fetched. */
export async function follow(
  following: Following,
  current: Slot,
  needs: FollowNeeds,
): Promise<boolean> {
  const { slot } = following;
  const { output, room, settings, stands } = needs;
  try {
    const prepared = await slot.prepare();
    if (!stands() || !current.prepared || !current.voice) return true;
    const rate = output.context?.sampleRate ?? 0;
    const join = joinOf(current.prepared, prepared, settings, { graph: rate > 0, room, rate });
    following.join = join;
    const exact = join === "stream" || (join === "samples" && (await asSamples(current, needs)));
    if (!stands()) return true;
    following.chained = exact && ((await current.voice.chain?.(prepared)) ?? false);
    if (!stands() || following.chained) return true;
    if (join !== "crossfade") following.join = "follow";
    await slot.load();
    return true;
  } catch {
    return false;
  }
}

const asSamples = async (slot: Slot, { samples }: FollowNeeds): Promise<boolean> =>
  slot.voice?.exact || samples(slot);

/** Another item follows after all. */
export function drop({ slot, join }: Following, current: Slot | null): void {
  if (join === "stream" || join === "samples") current?.voice?.unchain?.();
  slot.dispose();
}
