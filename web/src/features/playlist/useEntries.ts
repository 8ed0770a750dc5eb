import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Item } from "../../api/extension";
import { addItems, itemPage, moveItems, removeItems, tracksOf } from "../../api/playlists";
import type { Track } from "../../api/types";
import { webApi } from "../../api/webapi";
import { useSend } from "../../app/store";
import { type QueueTrack, queueTrack } from "../../player/queue";
import { type Entry, EntryList } from "./entries";

/** What is known of a track whose file has not come. */
const unknown = ({ want }: Item): QueueTrack => ({
  id: "",
  name: want?.title || "—",
  uri: "",
  duration_ms: want?.duration_ms ?? 0,
  artists: want?.artist ? [{ id: "", name: want.artist }] : [],
  album: want?.album ? { id: "", name: want.album, cover: null } : null,
  explicit: false,
});

const entry = (item: Item, track: Track | undefined): Entry => ({
  id: item.entry_id,
  item,
  track: track ? queueTrack(track) : unknown(item),
  playable: track !== undefined && track.is_playable !== false,
});

export function useEntries(id: string) {
  const send = useSend();
  const list = useMemo(
    () =>
      new EntryList(
        {
          page: async (offset, limit) => {
            const page = await itemPage(id, offset, limit);
            const tracks = await tracksOf(page.items.flatMap(({ track_id }) => track_id ?? []));
            return {
              entries: page.items.map((item) => entry(item, tracks.get(item.track_id ?? ""))),
              total: page.total,
              snapshot: page.snapshot_id,
            };
          },
          move: async ({ start, length, before }) =>
            (await moveItems(id, start, length, before)).snapshot_id,
          remove: async (ids) => (await removeItems(id, ids)).snapshot_id,
          add: async (items, position) => (await addItems(id, items, position)).snapshot_id,
        },
        () => send(webApi.util.invalidateTags(["Playlists"])),
      ),
    [id, send],
  );
  useEffect(() => list.seen(0, 0), [list]);
  return { list, now: useSyncExternalStore(list.watch, () => list.now) };
}
