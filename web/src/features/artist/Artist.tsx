import { Trans, useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import { webApi } from "../../api/webapi";
import { Button, IconButton } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Head } from "../../design/parts/Head";
import { Shelf } from "../../design/parts/Shelf";
import { Failed, RowsToCome } from "../../design/parts/States";
import { type Context, queueTrack } from "../../player/queue";
import { usePlay } from "../../tracks/actions";
import { year } from "../../tracks/format";
import { useSaved } from "../../tracks/saved";
import { TrackList } from "../../tracks/TrackList";
import { AlbumCard, ArtistCard, PlayContext } from "../cards";
import { tracksAsked, useSharing } from "../sharing/sharing";
import styles from "./Artist.module.css";

const FEW = 5;

export default function ArtistPage() {
  const { id = "" } = useParams();
  const { t } = useLingui();
  const { data: artist, error, refetch } = webApi.useArtistQuery(id);
  const { data: top } = webApi.useArtistTopQuery(id);
  const { data: related } = webApi.useRelatedArtistsQuery(id);
  const [all, setAll] = useState(false);
  const [albums] = webApi.useLazyArtistAlbumsQuery();
  const sharing = useSharing();
  const play = usePlay();
  const { saved, toggle } = useSaved(artist ? [artist.uri] : []);
  const tracks = useMemo(() => (top?.tracks ?? []).map((track) => queueTrack(track)), [top]);
  const share = async () => {
    const { items } = await albums({ id, groups: "album,single", limit: 50 }, true).unwrap();
    const entries = items.map((album) => ({ kind: "album" as const, id: album.id }));
    sharing.ask(entries.length ? { name: artist?.name ?? "", entries } : tracksAsked(tracks));
  };
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!artist) return <RowsToCome />;
  const context: Context = { kind: "artist", uri: artist.uri, name: artist.name };
  const listed = tracks
    .slice(0, all ? 10 : FEW)
    .map((track, place) => ({ key: track.id, track, lead: place + 1 }));
  return (
    <>
      <Head
        round
        cover={<Cover src={pick(artist.images, 300)} round icon="person" eager />}
        wash={pick(artist.images, 64)}
        kind={t`Artist`}
        title={artist.name}
        facts={artist.genres.slice(0, 4)}
        actions={
          <>
            <PlayContext
              size={56}
              context={context}
              fetchTracks={async () => tracks}
              label={t`Play ${artist.name}`}
            />
            <IconButton
              icon="shuffle"
              size={22}
              label={t`Shuffle`}
              onClick={() => play(tracks, { context, shuffle: true })}
            />
            <IconButton icon="share" size={22} label={t`Share`} onClick={() => void share()} />
            <Button onClick={() => toggle(artist.uri)}>
              {saved(artist.uri) ? <Trans>Following</Trans> : <Trans>Follow</Trans>}
            </Button>
          </>
        }
      />
      {listed.length > 0 && (
        <section className={styles.part}>
          <h2>
            <Trans>Popular</Trans>
          </h2>
          <TrackList
            label={t`Popular songs of ${artist.name}`}
            tracks={listed}
            onPlay={(index) => play(tracks, { index, context, shuffle: false })}
          />
          {tracks.length > FEW && (
            <Button look="quiet" onClick={() => setAll(!all)}>
              {all ? <Trans>Show fewer</Trans> : <Trans>Show more</Trans>}
            </Button>
          )}
        </section>
      )}
      <Albums id={id} groups="album" title={t`Albums`} />
      <Albums id={id} groups="single" title={t`Singles and EPs`} />
      <Albums id={id} groups="compilation,appears_on" title={t`Appears on`} />
      {related && related.artists.length > 0 && (
        <Shelf title={t`Related`}>
          {related.artists.slice(0, 12).map((other) => (
            <ArtistCard key={other.id} artist={other} />
          ))}
        </Shelf>
      )}
      <About id={id} name={artist.name} />
      {sharing.dialog}
    </>
  );
}

function Albums({ id, groups, title }: { id: string; groups: string; title: string }) {
  const { data } = webApi.useArtistAlbumsQuery({ id, groups });
  if (!data?.items.length) return null;
  return (
    <Shelf title={title}>
      {data.items.map((album) => (
        <AlbumCard key={album.id} album={album} note={year(album.release_date)} />
      ))}
    </Shelf>
  );
}

function About({ id, name }: { id: string; name: string }) {
  const { data } = webApi.useArtistInfoQuery(id);
  if (!data?.biography) return null;
  return (
    <section className={styles.about}>
      <h2>
        <Trans>About {name}</Trans>
      </h2>
      <p dir="auto" lang={data.language ?? undefined}>
        {data.biography}
      </p>
      {data.source && (
        <small>
          {data.source_url ? (
            <a href={data.source_url} rel="noreferrer noopener" target="_blank">
              {data.source}
            </a>
          ) : (
            data.source
          )}
        </small>
      )}
    </section>
  );
}
