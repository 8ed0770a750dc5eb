/** Cards of albums, artists and lists, each with a button that plays it. */
import { t } from "@lingui/core/macro";
import type { AlbumRef, Image, Playlist } from "../api/types";
import { webApi } from "../api/webapi";
import { notices } from "../app/notices";
import { useApp, useSend } from "../app/store";
import { PlayButton } from "../design/parts/Button";
import { pick } from "../design/parts/Cover";
import { Card } from "../design/parts/Shelf";
import { type Context, type QueueTrack, queueTrack } from "../player/queue";
import { usePlay, useToggle } from "../tracks/actions";
import { year } from "../tracks/format";

const CARD = 190;

/** Plays a context, or pauses and goes on when it is what plays. */
export function PlayContext({
  context,
  fetchTracks,
  act: begin,
  size = 46,
  label,
}: {
  context: Context;
  fetchTracks: () => Promise<QueueTrack[]>;
  /** For lists that begin before all of them is fetched. */
  act?: () => unknown;
  size?: number;
  label?: string;
}) {
  const playing = useApp(({ queue }) => queue.context?.uri === context.uri);
  const { playing: sounds, toggle } = useToggle();
  const play = usePlay();
  const send = useSend();
  const act = async () => {
    if (playing) {
      toggle();
      return;
    }
    if (begin) {
      begin();
      return;
    }
    try {
      const tracks = await fetchTracks();
      if (tracks.length) play(tracks, { context });
      else send(notices.told(t`There is nothing in it to play.`));
    } catch {
      send(notices.told(t`That could not be fetched. Try again.`, { tone: "bad" }));
    }
  };
  const on = playing && sounds;
  return (
    <PlayButton
      size={size}
      playing={on}
      label={on ? t`Pause` : (label ?? t`Play ${context.name}`)}
      onClick={() => void act()}
    />
  );
}

export function useFetchAlbum() {
  const [fetchAlbum] = webApi.useLazyAlbumQuery();
  const [fetchTracks] = webApi.useLazyAlbumTracksQuery();
  return async (id: string): Promise<QueueTrack[]> => {
    const album = await fetchAlbum(id, true).unwrap();
    const tracks = [...album.tracks.items];
    while (tracks.length < album.tracks.total) {
      const page = await fetchTracks({ id, offset: tracks.length }, true).unwrap();
      if (!page.items.length) break;
      tracks.push(...page.items);
    }
    return tracks.map((track) => queueTrack(track, album));
  };
}

export function AlbumCard({ album, note }: { album: AlbumRef; note?: string }) {
  const fetchAlbum = useFetchAlbum();
  const by = album.artists.map(({ name }) => name).join(", ");
  return (
    <Card
      to={`/album/${album.id}`}
      src={pick(album.images, CARD)}
      title={album.name}
      note={
        note ?? [by, year(album.release_date)].filter((text) => text && text !== "0000").join(" · ")
      }
      action={
        <PlayContext
          context={{ kind: "album", uri: album.uri, name: album.name }}
          fetchTracks={() => fetchAlbum(album.id)}
        />
      }
    />
  );
}

export function ArtistCard({ artist }: { artist: { id: string; name: string; images: Image[] } }) {
  return (
    <Card
      to={`/artist/${artist.id}`}
      src={pick(artist.images, CARD)}
      title={artist.name}
      round
      icon="person"
      note={t`Artist`}
    />
  );
}

export function PlaylistCard({ list }: { list: Playlist }) {
  return (
    <Card
      to={`/playlist/${list.id}`}
      src={pick(list.images, CARD)}
      title={list.name}
      icon="note"
      note={list.owner.display_name ?? ""}
    />
  );
}
