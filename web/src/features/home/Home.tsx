import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { at } from "../../api/base";
import type { AlbumSort } from "../../api/extension";
import type { AlbumRef } from "../../api/types";
import { webApi } from "../../api/webapi";
import { CardsToCome, Shelf } from "../../design/parts/Shelf";
import { Empty, Failed } from "../../design/parts/States";
import { AlbumCard } from "../cards";
import styles from "./Home.module.css";
import { Scanning } from "./Scanning";

const greeting = (hour: number): string => {
  if (hour < 5) return t`Still up?`;
  if (hour < 12) return t`Good morning`;
  if (hour < 18) return t`Good afternoon`;
  return t`Good evening`;
};

function Albums({ title, sort, more }: { title: string; sort: AlbumSort; more?: string }) {
  const { data, error, refetch } = webApi.useAlbumsQuery({ sort, limit: 12 });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (data && !data.length) return null;
  return (
    <Shelf
      title={title}
      more={
        more && (
          <Link to={more}>
            <Trans>Show all</Trans>
          </Link>
        )
      }
    >
      {data ? data.map((album) => <AlbumCard key={album.id} album={album} />) : <CardsToCome />}
    </Shelf>
  );
}

/** Albums of what was heard last, each once. */
function Continue() {
  const { data } = webApi.useRecentlyPlayedQuery();
  const albums = new Map<string, AlbumRef>();
  for (const { track } of data?.items ?? [])
    if (track.album?.id) albums.set(track.album.id, track.album);
  if (!albums.size) return null;
  return (
    <Shelf title={t`Go on listening`}>
      {[...albums.values()].slice(0, 12).map((album) => (
        <AlbumCard key={album.id} album={album} />
      ))}
    </Shelf>
  );
}

export function Home() {
  const { data: server, error, refetch } = webApi.useServerQuery();
  const { data: me } = webApi.useMeQuery();
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (server && !server.tracks) {
    return (
      <>
        <Scanning />
        <Empty
          icon="note"
          title={<Trans>No music yet</Trans>}
          action={
            me?.role === "admin" && (
              <a href={at("/account")}>
                <Trans>Go to the server's pages</Trans>
              </a>
            )
          }
        >
          {me?.role === "admin" ? (
            <Trans>
              Add a folder with <code>philomel library add FOLDER</code>, then read it with{" "}
              <code>philomel scan</code>. The first songs can be played within seconds.
            </Trans>
          ) : (
            <Trans>Whoever runs this server has not added any music that you may hear.</Trans>
          )}
        </Empty>
      </>
    );
  }
  return (
    <>
      <header className={styles.hero}>
        <h1>{greeting(new Date().getHours())}</h1>
        <img src={at("/site/nightingale.svg")} alt="" width={132} height={132} />
      </header>
      <Scanning />
      <Continue />
      <Albums
        title={t`Recently added`}
        sort="recently_added"
        more="/library/albums?sort=recently_added"
      />
      <Albums title={t`Most played`} sort="most_played" more="/library/albums?sort=most_played" />
      <Albums title={t`Rediscover`} sort="random" />
    </>
  );
}
