/** The menu of one or more tracks. */
import { t } from "@lingui/core/macro";
import { type MouseEvent, useState } from "react";
import { useNavigate } from "react-router";
import { Menu, type MenuItem, type Spot, spotOf } from "../design/parts/Menu";
import { useAddToPlaylist } from "../features/playlist/adding";
import { type Sharing, tracksAsked, useSharing } from "../features/sharing/sharing";
import type { QueueTrack } from "../player/queue";
import { usePlay, useQueueing } from "./actions";

interface Opened {
  at: Spot;
  tracks: QueueTrack[];
  more: MenuItem[];
  whole: (() => Promise<QueueTrack[]>) | undefined;
  share: Sharing | undefined;
}

export function useTrackMenu() {
  const [opened, setOpened] = useState<Opened | null>(null);
  const { playNext, append } = useQueueing();
  const play = usePlay();
  const go = useNavigate();
  const adding = useAddToPlaylist();
  const sharing = useSharing();

  const items = ({ tracks, more, whole = async () => tracks, share }: Opened): MenuItem[] => {
    const only = tracks.length === 1 ? tracks[0] : undefined;
    if (only && !only.id) return more;
    const artist = only?.artists[0];
    return [
      { label: t`Play next`, icon: "queue", act: async () => playNext(await whole()) },
      { label: t`Add to queue`, icon: "plus", act: async () => append(await whole()) },
      {
        label: t`Add to a playlist…`,
        icon: "note",
        act: async () => adding.ask((await whole()).map(({ uri }) => uri)),
      },
      {
        label: t`Share…`,
        icon: "share",
        act: async () => sharing.ask(share ?? tracksAsked(await whole())),
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
      ...more,
    ];
  };

  return {
    /** `whole` fetches what is meant where not all of it is known yet. */
    open: (
      event: MouseEvent<HTMLElement>,
      tracks: QueueTrack[],
      {
        more = [],
        whole,
        share,
      }: {
        more?: MenuItem[];
        whole?: () => Promise<QueueTrack[]>;
        /** What is shared in place of the tracks. */
        share?: Sharing;
      } = {},
    ) => {
      event.preventDefault();
      event.stopPropagation();
      setOpened({ at: spotOf(event), tracks, more, whole, share });
    },
    menu: (
      <>
        {opened && (
          <Menu
            at={opened.at}
            items={items(opened)}
            label={t`What to do with this`}
            onClose={() => setOpened(null)}
          />
        )}
        {adding.dialog}
        {sharing.dialog}
      </>
    ),
  };
}
