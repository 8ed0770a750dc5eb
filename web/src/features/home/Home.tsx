import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "react-router";
import { at } from "../../api/base";
import type { AlbumSort } from "../../api/extension";
import type { AlbumRef, Track } from "../../api/types";
import { webApi } from "../../api/webapi";
import { useApp } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { CardsToCome, Shelf } from "../../design/parts/Shelf";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { AlbumCard } from "../cards";
import { type Block, shownOf } from "./blocks";
import styles from "./Home.module.css";
import { Scanning } from "./Scanning";
import { useWelcome } from "./welcome";

const Arrange = lazy(() => import("./Arrange"));
const FirstRun = lazy(() => import("./FirstRun"));
const Ways = lazy(() => import("./Ways"));
const Welcome = lazy(() => import("./Welcome"));
export const MOST = 12;

const greeting = (hour: number): string => {
  if (hour < 5) return t`Still up?`;
  if (hour < 12) return t`Good morning`;
  if (hour < 18) return t`Good afternoon`;
  return t`Good evening`;
};

function Albums({ title, sort, more }: { title: string; sort: AlbumSort; more?: string }) {
  const { data, error, refetch } = webApi.useAlbumsQuery({ sort, limit: MOST });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (data && !data.items.length) return null;
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
      {data ? (
        data.items.map((album) => <AlbumCard key={album.id} album={album} />)
      ) : (
        <CardsToCome />
      )}
    </Shelf>
  );
}

const albumsOf = (tracks: Track[]): AlbumRef[] => {
  const albums = new Map<string, AlbumRef>();
  for (const { album } of tracks) if (album?.id) albums.set(album.id, album);
  return [...albums.values()];
};

export function Listed({ title, albums }: { title: string; albums: AlbumRef[] }) {
  if (!albums.length) return null;
  return (
    <Shelf title={title}>
      {albums.slice(0, MOST).map((album) => (
        <AlbumCard key={album.id} album={album} />
      ))}
    </Shelf>
  );
}

/** The blocks in the listener's order: what was heard last, most, and much but not for long. */
function Blocks() {
  const arrangement = useApp((root) => root.interface.home);
  const { data: last } = webApi.useRecentlyPlayedQuery();
  const { data: lately } = webApi.useTopTracksQuery("short_term");
  const { data: ever } = webApi.useTopTracksQuery("long_term");
  const fresh = albumsOf(last?.items.map(({ track }) => track) ?? []);
  const liked = albumsOf(lately?.items ?? []);
  const known = new Set([...fresh, ...liked].map(({ id }) => id));
  const old = albumsOf(ever?.items ?? []).filter(({ id }) => !known.has(id));
  const of: Record<Block, () => ReactNode> = {
    listening: () => <Listed title={t`Go on listening`} albums={fresh} />,
    added: () => (
      <Albums
        title={t`Recently added`}
        sort="recently_added"
        more="/library/albums?sort=recently_added"
      />
    ),
    most: () => <Listed title={t`You play these most`} albums={liked} />,
    rediscover: () =>
      old.length ? (
        <Listed title={t`Not heard for long`} albums={old} />
      ) : (
        <Albums title={t`Rediscover`} sort="random" />
      ),
    genres: () => <Ways of="genres" />,
    decades: () => <Ways of="decades" />,
  };
  return shownOf(arrangement).map((block) => (
    <Suspense key={block} fallback={null}>
      {of[block]()}
    </Suspense>
  ));
}

export function Home() {
  const { data: server, error, refetch } = webApi.useServerQuery();
  const { data: me } = webApi.useMeQuery();
  const welcomed = useWelcome();
  const [arranging, setArranging] = useState(false);
  if (error && !server) return <Failed error={error} retry={() => void refetch()} />;
  if (server && !server.tracks) {
    if (me?.role === "admin")
      return (
        <Suspense fallback={<RowsToCome />}>
          <FirstRun />
        </Suspense>
      );
    return (
      <Empty icon="note" title={<Trans>No music yet</Trans>}>
        <Trans>Whoever runs this server has not added any music that you may hear.</Trans>
      </Empty>
    );
  }
  return (
    <>
      <header className={styles.hero}>
        <h1>{greeting(new Date().getHours())}</h1>
        <img src={at("/site/nightingale.svg")} alt="" width={132} height={132} />
      </header>
      <Scanning />
      {welcomed && me?.role === "admin" && (
        <Suspense fallback={null}>
          <Welcome />
        </Suspense>
      )}
      <Blocks />
      <Button look="quiet" icon="sliders" aria-haspopup="dialog" onClick={() => setArranging(true)}>
        <Trans>Arrange this page</Trans>
      </Button>
      {arranging && (
        <Suspense fallback={null}>
          <Arrange onClose={() => setArranging(false)} />
        </Suspense>
      )}
    </>
  );
}
