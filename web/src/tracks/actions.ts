/** What can be done with tracks, wherever they are listed. */
import { plural, t } from "@lingui/core/macro";
import { useCallback } from "react";
import { webApi } from "../api/webapi";
import { notices } from "../app/notices";
import { useApp, useSend } from "../app/store";
import { useEngine } from "../player/hooks";
import { type Context, type QueueTrack, queue } from "../player/queue";

export function usePlay() {
  const send = useSend();
  return useCallback(
    (tracks: QueueTrack[], options: { index?: number; context: Context; shuffle?: boolean }) =>
      send(queue.played(tracks, options)),
    [send],
  );
}

export function useQueueing() {
  const send = useSend();
  return {
    playNext: (tracks: QueueTrack[]) => {
      send(queue.insertedNext(tracks));
      send(
        notices.told(plural(tracks.length, { one: "Plays next", other: "# tracks play next" }), {
          undo: "queue",
        }),
      );
    },
    append: (tracks: QueueTrack[]) => {
      send(queue.appended(tracks));
      send(
        notices.told(
          plural(tracks.length, { one: "In the queue", other: "# tracks are in the queue" }),
          { undo: "queue" },
        ),
      );
    },
  };
}

/** Plays or pauses, and says whether this context is what sounds. */
export function useToggle() {
  const engine = useEngine();
  const state = useApp(({ status }) => status.state);
  const playing = state === "playing" || state === "loading" || state === "stalled";
  return { playing, toggle: () => (playing ? engine.pause() : engine.resume()) };
}

const MOST_KEPT_AT_ONCE = 40;

export function useKeeping() {
  const send = useSend();
  const [save] = webApi.useSaveMutation();
  return async (uris: string[], keep: boolean) => {
    try {
      for (let first = 0; first < uris.length; first += MOST_KEPT_AT_ONCE)
        await save({ uris: uris.slice(first, first + MOST_KEPT_AT_ONCE), keep }).unwrap();
      send(notices.told(keep ? t`Added to your library` : t`Removed from your library`));
    } catch {
      send(notices.told(t`That could not be kept. Try again.`, { tone: "bad" }));
    }
  };
}
