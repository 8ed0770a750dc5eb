/** The menu of one or more tracks. */
import { t } from "@lingui/core/macro";
import { type MouseEvent, useState } from "react";
import { useNavigate } from "react-router";
import { Menu, type MenuItem, type Spot, spotOf } from "../design/parts/Menu";
import { useAddToPlaylist } from "../features/playlist/adding";
import type { QueueTrack } from "../player/queue";
import { usePlay, useQueueing } from "./actions";

export function useTrackMenu() {
  const [opened, setOpened] = useState<{ at: Spot; tracks: QueueTrack[] } | null>(null);
  const { playNext, append } = useQueueing();
  const play = usePlay();
  const go = useNavigate();
  const adding = useAddToPlaylist();

  const items = (tracks: QueueTrack[]): MenuItem[] => {
    const only = tracks.length === 1 ? tracks[0] : undefined;
    const artist = only?.artists[0];
    return [
      { label: t`Play next`, icon: "queue", act: () => playNext(tracks) },
      { label: t`Add to queue`, icon: "plus", act: () => append(tracks) },
      {
        label: t`Add to a playlist…`,
        icon: "note",
        act: () => adding.ask(tracks.map(({ uri }) => uri)),
      },
      ...(only
        ? [
            {
              label: t`Start radio from this`,
              icon: "bars" as const,
              act: () =>
                play([only], { context: { kind: "similar", uri: only.uri, name: only.name } }),
            },
          ]
        : []),
      ...(only?.album
        ? [
            {
              label: t`Go to album`,
              icon: "album" as const,
              apart: true,
              act: () => void go(`/album/${only.album?.id}`),
            },
          ]
        : []),
      ...(artist?.id
        ? [
            {
              label: t`Go to artist`,
              icon: "person" as const,
              act: () => void go(`/artist/${artist.id}`),
            },
          ]
        : []),
    ];
  };

  return {
    open: (event: MouseEvent<HTMLElement>, tracks: QueueTrack[]) => {
      event.preventDefault();
      event.stopPropagation();
      setOpened({ at: spotOf(event), tracks });
    },
    menu: (
      <>
        {opened && (
          <Menu
            at={opened.at}
            items={items(opened.tracks)}
            label={t`What to do with this`}
            onClose={() => setOpened(null)}
          />
        )}
        {adding.dialog}
      </>
    ),
  };
}
