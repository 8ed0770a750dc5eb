/** What a listener can tell the player, by button, key or headset. */
import { useMemo } from "react";
import { useStore } from "react-redux";
import type { Store } from "../app/store";
import type { Engine } from "../engine/types";
import { useEngine } from "./hooks";
import { following, queue, type Repeat } from "./queue";
import { settings } from "./settings";

const AGAIN_AFTER = 3;
const THEN: Record<Repeat, Repeat> = { off: "all", all: "one", one: "off" };

export function makeCommands(store: Store, engine: Engine) {
  return {
    toggle: () => {
      const { queue: lists } = store.getState();
      if (engine.state !== "paused" && engine.state !== "idle") engine.pause();
      else if (engine.current || !lists.current) engine.resume();
      // It came to its end, or was told to: what follows, or the last one again.
      else
        store.dispatch(following(lists, true) ? queue.advanced({ byHand: true }) : queue.again());
    },
    next: () => {
      if (following(store.getState().queue, true)) store.dispatch(queue.advanced({ byHand: true }));
      else engine.stop();
    },
    /** To the beginning, or to what was before when it has just begun. */
    previous: () => {
      if (engine.position().at > AGAIN_AFTER || !store.getState().queue.played.length)
        engine.seek(0);
      else store.dispatch(queue.returned());
    },
    shuffle: () => store.dispatch(queue.shuffleSet(!store.getState().queue.shuffle)),
    repeat: () => store.dispatch(queue.repeatSet(THEN[store.getState().queue.repeat])),
    louder: (step: number) => {
      const { volume } = store.getState().settings;
      store.dispatch(
        settings.changed({ volume: Math.min(1, Math.max(0, volume + step)), muted: false }),
      );
    },
    mute: () => store.dispatch(settings.changed({ muted: !store.getState().settings.muted })),
    skip: (seconds: number) => engine.seek(Math.max(0, engine.position().at + seconds)),
  };
}

export type Commands = ReturnType<typeof makeCommands>;

export function useCommands(): Commands {
  const store = useStore() as Store;
  const engine = useEngine();
  return useMemo(() => makeCommands(store, engine), [store, engine]);
}
