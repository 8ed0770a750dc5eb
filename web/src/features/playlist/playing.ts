/** Plays lists that are longer than what is fetched: it begins at once, the rest follows. */
import { t } from "@lingui/core/macro";
import { useStore } from "react-redux";
import { notices } from "../../app/notices";
import type { Store } from "../../app/store";
import { type Context, type QueueTrack, queue, shuffled } from "../../player/queue";
import { type EntryList, PAGE } from "./entries";

const NEAR = PAGE * 2;

export function usePlayEntries(list: EntryList) {
  const store = useStore() as Store;
  const tracks = (first: number, last: number): QueueTrack[] =>
    Array.from({ length: Math.max(0, last - first + 1) }, (_, step) =>
      list.now?.at(first + step),
    ).flatMap((entry) => (entry?.playable ? entry.track : []));

  /** Whether the listener still hears what was begun here. */
  const follow = (context: Context) => {
    const { turn } = store.getState().queue;
    return () => {
      const { queue: now } = store.getState();
      return now.context?.uri === context.uri && now.turn - turn < 50;
    };
  };
  const failed = () =>
    store.dispatch(notices.told(t`That could not be fetched. Try again.`, { tone: "bad" }));

  const play = async (place: number, context: Context) => {
    try {
      await list.fetch(place, place + NEAR);
      const total = list.now?.total ?? 0;
      const near = Math.min(total - 1, place + NEAR);
      const first = tracks(place, near);
      if (!first.length) return;
      // What stands before it is played when the list is repeated.
      const before = tracks(0, place - 1);
      store.dispatch(
        queue.played([...before, ...first], { index: before.length, context, shuffle: false }),
      );
      const still = follow(context);
      if (near + 1 >= total) return;
      await list.fetch(near + 1, total - 1);
      if (still()) store.dispatch(queue.continued(tracks(near + 1, total - 1), context));
    } catch {
      failed();
    }
  };

  const shuffle = async (context: Context) => {
    try {
      const total = list.now?.total ?? 0;
      const begin = Math.floor(Math.random() * total);
      await list.fetch(begin, begin);
      const known = tracks(0, total - 1);
      const one = list.now?.at(begin)?.track;
      const index = Math.max(0, known.indexOf(one as QueueTrack));
      if (!known.length) return;
      store.dispatch(queue.played(known, { index, context, shuffle: true }));
      const still = follow(context);
      const had = new Set(known);
      await list.fetch(0, total - 1);
      const rest = tracks(0, total - 1).filter((track) => !had.has(track));
      if (rest.length && still()) store.dispatch(queue.continued(shuffled(rest), context));
    } catch {
      failed();
    }
  };
  return { play, shuffle };
}
