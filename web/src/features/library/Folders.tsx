import { Trans, useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { browseApi } from "../../api/browse";
import { Icon } from "../../design/icons";
import { Button } from "../../design/parts/Button";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { usePlay } from "../../tracks/actions";
import { TrackList } from "../../tracks/TrackList";
import { crumbs } from "./folders";
import { LinkRows } from "./LinkRows";
import styles from "./LinkRows.module.css";
import { useParts } from "./parts";

const way = (library: string, path = ""): string =>
  `/library/folders?${new URLSearchParams({ library, ...(path && { path }) })}`;

/** The libraries as they lie on their disks. */
export function Folders() {
  const { t } = useLingui();
  const [params] = useSearchParams();
  const { data, error, refetch } = browseApi.useShelvesQuery();
  const asked = params.get("library");
  const rows = useMemo(
    () => (data?.items ?? []).map(({ id, name }) => ({ key: id, to: way(id), name })),
    [data],
  );
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome />;
  const only = data.items.length === 1 ? data.items[0]?.id : undefined;
  const library = asked ?? only;
  if (library)
    return (
      <Folder
        key={`${library} ${params.get("path")}`}
        library={library}
        name={data.items.find(({ id }) => id === library)?.name ?? ""}
        path={params.get("path") ?? ""}
        alone={library === only}
      />
    );
  if (!rows.length) return <Empty icon="folder" title={<Trans>No libraries yet</Trans>} />;
  return <LinkRows rows={rows} icon="library" label={t`Libraries`} />;
}

function Folder({
  library,
  name,
  path,
  alone,
}: {
  library: string;
  name: string;
  path: string;
  alone: boolean;
}) {
  const { t } = useLingui();
  const play = usePlay();
  const [fetchPart] = browseApi.useLazyFolderQuery();
  const { parts, error, done, more } = useParts(`${library} ${path}`, (cursor) =>
    fetchPart({ library, path, ...(cursor && { cursor }) }, true).unwrap(),
  );
  const folders = useMemo(
    () =>
      parts.flatMap((part) =>
        part.folders.map((folder) => ({
          key: folder.path,
          to: way(library, folder.path),
          name: folder.name,
        })),
      ),
    [parts, library],
  );
  const tracks = useMemo(() => parts.flatMap((part) => part.tracks), [parts]);
  const above = crumbs(path);
  const here = above.at(-1)?.name ?? name;
  const from = (index: number) =>
    play(tracks, {
      context: { kind: "folder", uri: `folder:${library}:${path}`, name: here },
      index,
      shuffle: false,
    });
  const trail = [
    ...(alone ? [] : [{ path: null, name: t`Libraries` }]),
    { path: "", name },
    ...above,
  ];
  return (
    <>
      <nav className={styles.crumbs} aria-label={t`Where this folder lies`}>
        {trail.map((crumb, place) =>
          place === trail.length - 1 ? (
            <b key={crumb.path} dir="auto" aria-current="page">
              {crumb.name}
            </b>
          ) : (
            <span key={crumb.path}>
              <Link
                to={crumb.path === null ? "/library/folders" : way(library, crumb.path)}
                dir="auto"
              >
                {crumb.name}
              </Link>
              <Icon name="chevronRight" size={14} style={{ display: "inline" }} />
            </span>
          ),
        )}
        {tracks.length > 0 && (
          <Button icon="play" onClick={() => from(0)}>
            <Trans>Play</Trans>
          </Button>
        )}
      </nav>
      {error && !parts.length ? (
        <Failed error={error} retry={() => void more()} />
      ) : !parts.length ? (
        <RowsToCome />
      ) : done && !folders.length && !tracks.length ? (
        <Empty icon="folder" title={<Trans>Nothing in this folder</Trans>} />
      ) : (
        <>
          {folders.length > 0 && (
            <LinkRows
              rows={folders}
              icon="folder"
              label={t`Folders`}
              onEnd={done ? undefined : () => void more()}
            />
          )}
          {tracks.length > 0 && (
            <TrackList
              label={t`Songs in this folder`}
              tracks={tracks.map((track, place) => ({ key: `${place} ${track.id}`, track }))}
              onSeen={(_, last) => {
                if (!done && last >= tracks.length - 20) void more();
              }}
              onPlay={from}
            />
          )}
        </>
      )}
    </>
  );
}
