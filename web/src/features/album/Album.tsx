import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { Link, useParams } from "react-router";
import { webApi } from "../../api/webapi";
import { IconButton } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Head } from "../../design/parts/Head";
import { Shelf } from "../../design/parts/Shelf";
import { Failed, RowsToCome } from "../../design/parts/States";
import { type Context, queueTrack } from "../../player/queue";
import { usePlay } from "../../tracks/actions";
import { long, year } from "../../tracks/format";
import { useTrackMenu } from "../../tracks/menu";
import { useSaved } from "../../tracks/saved";
import { TrackList } from "../../tracks/TrackList";
import { ArtistLinks } from "../../tracks/TrackRow";
import { useWhole } from "../../tracks/whole";
import { AlbumCard, PlayContext } from "../cards";
import { DownloadButton } from "../downloads/DownloadButton";
import styles from "./Album.module.css";

export default function AlbumPage() {
  const { id = "" } = useParams();
  const { t } = useLingui();
  const { data: album, error, refetch } = webApi.useAlbumQuery(id);
  const [more] = webApi.useLazyAlbumTracksQuery();
  const all = useWhole(album?.tracks, (offset) => more({ id, offset }, true).unwrap());
  const play = usePlay();
  const { saved, toggle } = useSaved(album ? [album.uri] : []);
  const { menu, open } = useTrackMenu();
  const tracks = useMemo(
    () => (album ? all.map((track) => queueTrack(track, album)) : []),
    [all, album],
  );
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!album) return <RowsToCome />;
  const context: Context = { kind: "album", uri: album.uri, name: album.name };
  const discs = new Set(all.map(({ disc_number }) => disc_number)).size > 1;
  const listed = all.map((track, place) => ({
    key: track.id,
    track: tracks[place] ?? null,
    lead: discs ? `${track.disc_number}-${track.track_number}` : track.track_number,
    dimmed: track.is_playable === false,
  }));
  const length = all.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const first = album.artists[0];
  return (
    <>
      <Head
        cover={<Cover src={pick(album.images, 300)} alt="" eager />}
        wash={pick(album.images, 64)}
        kind={
          album.album_type === "single"
            ? t`Single`
            : album.album_type === "compilation"
              ? t`Compilation`
              : t`Album`
        }
        title={album.name}
        facts={[
          <b key="by">
            <ArtistLinks artists={album.artists} />
          </b>,
          year(album.release_date) !== "0000" && year(album.release_date),
          <Plural key="count" value={album.total_tracks} one="# song" other="# songs" />,
          long(length),
        ]}
        actions={
          <>
            <PlayContext
              size={56}
              context={context}
              fetchTracks={async () => tracks}
              label={t`Play ${album.name}`}
            />
            <IconButton
              icon="shuffle"
              label={t`Shuffle`}
              onClick={() => play(tracks, { context, shuffle: true })}
              size={22}
            />
            <DownloadButton kind="album" id={id} name={album.name} />
            <IconButton
              icon="heart"
              size={22}
              filled={saved(album.uri) === true}
              pressed={saved(album.uri) === true}
              label={saved(album.uri) ? t`Remove from your library` : t`Add to your library`}
              onClick={() => toggle(album.uri)}
            />
            <IconButton
              icon="more"
              size={22}
              label={t`More`}
              aria-haspopup="menu"
              onClick={(event) =>
                open(event, tracks, {
                  share: { name: album.name, entries: [{ kind: "album", id: album.id }] },
                })
              }
            />
          </>
        }
      />
      <TrackList
        label={t`Tracks of ${album.name}`}
        tracks={listed}
        showAlbum={false}
        onPlay={(index) => play(tracks, { index, context, shuffle: false })}
      />
      {menu}
      <footer className={styles.small}>
        {album.label && (
          <p>
            <Trans>Released by {album.label}</Trans>
          </p>
        )}
        {album.copyrights.map(({ text }) => (
          <p key={text}>{text}</p>
        ))}
      </footer>
      {first?.id && <MoreBy id={first.id} name={first.name} without={album.id} />}
    </>
  );
}

function MoreBy({ id, name, without }: { id: string; name: string; without: string }) {
  const { data } = webApi.useArtistAlbumsQuery({ id, groups: "album,single", limit: 20 });
  const others = data?.items.filter((album) => album.id !== without) ?? [];
  if (!others.length) return null;
  return (
    <Shelf
      title={<Trans>More by {name}</Trans>}
      more={
        <Link to={`/artist/${id}`}>
          <Trans>Show all</Trans>
        </Link>
      }
    >
      {others.slice(0, 12).map((album) => (
        <AlbumCard key={album.id} album={album} note={year(album.release_date)} />
      ))}
    </Shelf>
  );
}
