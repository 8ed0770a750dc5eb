import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useEffect } from "react";
import { useStore } from "react-redux";
import { Link } from "react-router";
import { type Store, useApp } from "../../app/store";
import { Icon } from "../../design/icons";
import { Button, IconButton } from "../../design/parts/Button";
import { Cover } from "../../design/parts/Cover";
import { Empty } from "../../design/parts/States";
import { canKeep, type Download, isHere, type Offline } from "../../offline/state";
import { size } from "../../tracks/format";
import styles from "./Downloads.module.css";

const work = () => import("../../offline/downloads");

export default function Downloads() {
  const store = useStore() as Store;
  const state = useApp(({ offline }) => offline);
  useEffect(() => {
    if (canKeep()) void work().then(({ measure }) => measure(store));
  }, [store]);
  return (
    <div className={styles.page}>
      <h1>
        <Trans>Downloads</Trans>
      </h1>
      {!canKeep() ? (
        <Insecure />
      ) : state.downloads.length ? (
        <>
          <Course state={state} />
          <ul className={styles.list}>
            {state.downloads.map((each) => (
              <One key={each.key} download={each} state={state} />
            ))}
          </ul>
        </>
      ) : (
        <Empty icon="download" title={<Trans>Nothing downloaded yet</Trans>}>
          <Trans>
            The arrow on an album, a playlist or your liked songs keeps them in this browser, to be
            heard without the server.
          </Trans>
        </Empty>
      )}
    </div>
  );
}

function Insecure() {
  const host = location.host;
  return (
    <section className={styles.insecure}>
      <span>
        <Icon name="shield" size={34} />
      </span>
      <h2>
        <Trans>Not over plain http</Trans>
      </h2>
      <p>
        <Trans>
          Browsers keep music for pages that come over https, or from the machine itself. This page
          came over plain http from {host}, so it can be neither installed nor heard offline.
        </Trans>
      </p>
      <p>
        <Trans>
          Put a proxy with a certificate in front of the server and open it by its https address.
          The guide “Behind a proxy” shows how. Everything else works as it is.
        </Trans>
      </p>
    </section>
  );
}

/** How far all of it is, and how much room is left. */
function Course({ state }: { state: Offline }) {
  const { t } = useLingui();
  const store = useStore() as Store;
  const { room, coming, paused, trouble, away } = state;
  const all = new Set(state.downloads.flatMap(({ tracks }) => tracks));
  const bytes = Object.values(state.tracks).reduce((sum, each) => sum + Math.max(0, each), 0);
  const known = [...all].filter((id) => id in state.tracks).length;
  const left = all.size - known;
  const part = coming?.total ? coming.got / coming.total : 0;
  const held = size(bytes);
  const free = size(room ? Math.max(0, room.quota - room.used) : 0);
  return (
    <section className={styles.course}>
      <p>
        {room ? (
          <Trans>
            <b>{held}</b> here, room for {free} more
          </Trans>
        ) : (
          <b>{held}</b>
        )}
        {room && !room.persisted && (
          <small>
            <Trans>The browser may clear this when the device runs short of room.</Trans>
          </small>
        )}
      </p>
      {left > 0 && (
        <>
          <progress value={known + part} max={all.size} aria-label={t`Downloading`} />
          <p className={styles.left}>
            <span>
              {trouble === "full" ? (
                <Trans>There is no room left. Remove something, then go on.</Trans>
              ) : away ? (
                <Trans>Goes on when the server is back.</Trans>
              ) : paused ? (
                <Trans>Paused</Trans>
              ) : (
                <Plural value={left} one="# song is left" other="# songs are left" />
              )}
            </span>
            <Button
              icon={paused ? "download" : "pause"}
              onClick={() =>
                void work().then(({ pause, resume }) => (paused ? resume(store) : pause(store)))
              }
            >
              {paused ? <Trans>Go on</Trans> : <Trans>Pause</Trans>}
            </Button>
          </p>
        </>
      )}
    </section>
  );
}

function One({ download, state }: { download: Download; state: Offline }) {
  const { t } = useLingui();
  const store = useStore() as Store;
  const { kind, id, name, tracks, key } = download;
  const to = kind === "liked" ? "/library/liked" : `/${kind}/${id}`;
  const here = tracks.filter((each) => isHere(state, each));
  const lost = tracks.filter((each) => state.tracks[each] === -1).length;
  const bytes = here.reduce((sum, each) => sum + (state.tracks[each] ?? 0), 0);
  const arrived = here.length;
  const total = tracks.length;
  return (
    <li>
      <Link to={to} className={styles.link}>
        <Cover src={download.cover} icon={kind === "liked" ? "heart" : "album"} />
        <span>
          <b dir="auto">{name}</b>
          <small dir="auto">
            {download.note && `${download.note} · `}
            {arrived === total ? (
              <Plural value={total} one="# song" other="# songs" />
            ) : (
              <Trans>
                {arrived} of {total} songs
              </Trans>
            )}
            {` · ${size(bytes)}`}
            {lost > 0 && (
              <>
                {" · "}
                <Plural value={lost} one="# cannot be had" other="# cannot be had" />
              </>
            )}
          </small>
        </span>
      </Link>
      {kind !== "album" && (
        <IconButton
          icon="repeat"
          label={t`Look what has changed in ${name}`}
          disabled={state.away}
          onClick={() => void work().then(({ add }) => add(store, kind, id, name))}
        />
      )}
      <IconButton
        icon="close"
        label={t`Remove ${name} from this browser`}
        onClick={() => void work().then(({ remove }) => remove(store, key))}
      />
    </li>
  );
}
