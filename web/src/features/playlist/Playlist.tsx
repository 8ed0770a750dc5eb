import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { at } from "../../api/base";
import { exportPath, playlistApi } from "../../api/playlists";
import { webApi } from "../../api/webapi";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button, IconButton } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Head } from "../../design/parts/Head";
import { Menu, type Spot, spotOf } from "../../design/parts/Menu";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import type { Context, QueueTrack } from "../../player/queue";
import { useQueueing } from "../../tracks/actions";
import { long } from "../../tracks/format";
import { TrackList } from "../../tracks/TrackList";
import { PlayContext } from "../cards";
import { DownloadButton } from "../downloads/DownloadButton";
import { useSharing } from "../sharing/sharing";
import { usePlayEntries } from "./playing";
import { useEntries } from "./useEntries";

const EditDialog = lazy(() => import("./EditDialog"));
const SmartDialog = lazy(() => import("./SmartDialog"));
const DeleteDialog = lazy(() => import("./DeleteDialog"));

export default function PlaylistPage() {
  const { id = "" } = useParams();
  return <OnePlaylist key={id} id={id} />;
}

function OnePlaylist({ id }: { id: string }) {
  const { t } = useLingui();
  const send = useSend();
  const go = useNavigate();
  const { data: me } = webApi.useMeQuery();
  const { data: shown } = webApi.usePlaylistQuery(id);
  const { data: list, error, refetch } = playlistApi.usePlaylistDetailsQuery(id);
  const [follow] = playlistApi.useFollowPlaylistMutation();
  const { list: entries, now } = useEntries(id);
  const { playNext, append } = useQueueing();
  const { play, shuffle } = usePlayEntries(entries);
  const [menu, setMenu] = useState<Spot | null>(null);
  const sharing = useSharing();
  const [open, setOpen] = useState<"edit" | "rules" | "delete" | null>(null);
  const snapshot = list?.snapshot_id;
  useEffect(() => {
    if (snapshot) entries.renew(snapshot);
  }, [entries, snapshot]);
  const listing = useMemo(
    () => ({
      count: now?.total ?? 0,
      at: (place: number) => {
        const entry = now?.at(place);
        return {
          key: entry?.id ?? String(place),
          track: entry?.track ?? null,
          dimmed: entry ? !entry.playable : false,
        };
      },
    }),
    [now],
  );
  const failed = error ?? now?.error;
  if (failed)
    return (
      <Failed
        error={failed}
        retry={() => {
          void refetch();
          entries.reload();
        }}
      />
    );
  if (!list || !now) return <RowsToCome />;
  const mine = list.owner_id === me?.id;
  const editable = !list.rules && (mine || (list.collaborative && list.followed));
  const context: Context = { kind: "playlist", uri: `spotify:playlist:${id}`, name: list.name };
  const images = shown?.images;

  const fetchTracks = async (places: number[]): Promise<QueueTrack[]> => {
    const [first, last] = [places[0] ?? 0, places.at(-1) ?? 0];
    await entries.fetch(first, last);
    return places.flatMap((place) => {
      const entry = entries.now?.at(place);
      return entry?.playable ? entry.track : [];
    });
  };
  const whole = () => fetchTracks(Array.from({ length: now.total }, (_, place) => place));
  const failedEdit = () =>
    send(notices.told(t`That change could not be kept. Try again.`, { tone: "bad" }));
  const editing = editable
    ? {
        move: (places: number[], before: number) =>
          void entries.move(places, before).catch(failedEdit),
        remove: async (places: number[]) => {
          try {
            await entries.fetch(places[0] ?? 0, places.at(-1) ?? 0);
            const back = await entries.remove(places);
            const count = places.length;
            send(
              notices.told(
                count === 1 ? t`Removed from “${list.name}”` : t`${count} songs removed`,
                { undo: () => void back().catch(failedEdit) },
              ),
            );
          } catch {
            failedEdit();
          }
        },
      }
    : undefined;
  const save = (format: "m3u8" | "xspf" | "jspf") => {
    const link = document.createElement("a");
    link.href = at(exportPath(id, format));
    link.download = "";
    link.click();
  };
  const kind = list.rules
    ? t`Smart playlist`
    : list.collaborative
      ? t`Playlist of several`
      : list.public
        ? t`Public playlist`
        : t`Playlist`;
  return (
    <>
      <Head
        cover={<Cover src={pick(images, 300)} icon="note" eager />}
        wash={pick(images, 64)}
        kind={kind}
        title={list.name}
        note={list.description}
        facts={[
          shown && (
            <b key="by">
              <Link to={`/user/${shown.owner.id}`}>{shown.owner.display_name}</Link>
            </b>
          ),
          <Plural key="count" value={now.total} one="# song" other="# songs" />,
          list.duration_ms ? long(list.duration_ms) : null,
        ]}
        actions={
          <>
            <PlayContext
              size={56}
              context={context}
              fetchTracks={() => fetchTracks([0])}
              act={() => play(0, context)}
            />
            <IconButton
              icon="shuffle"
              size={22}
              label={t`Shuffle`}
              disabled={!now.total}
              onClick={() => void shuffle(context)}
            />
            {mine && list.rules && (
              <IconButton
                icon="rules"
                size={22}
                label={t`Rules`}
                onClick={() => setOpen("rules")}
              />
            )}
            {mine && (
              <IconButton icon="edit" size={22} label={t`Edit`} onClick={() => setOpen("edit")} />
            )}
            {!mine && (
              <Button onClick={() => void follow({ id, follow: !list.followed })}>
                {list.followed ? <Trans>Following</Trans> : <Trans>Follow</Trans>}
              </Button>
            )}
            <IconButton
              icon="more"
              size={22}
              label={t`More`}
              aria-haspopup="menu"
              onClick={(event) => setMenu(spotOf(event))}
            />
            <DownloadButton kind="playlist" id={id} name={list.name} />
          </>
        }
      />
      {now.total ? (
        <TrackList
          label={t`Tracks of ${list.name}`}
          tracks={listing}
          onSeen={entries.seen}
          fetchTracks={fetchTracks}
          editing={editing}
          onPlay={(place) => void play(place, context)}
        />
      ) : list.rules ? (
        <Empty icon="rules" title={<Trans>Nothing fits the rules</Trans>}>
          <Trans>What comes later and fits stands here by itself.</Trans>
        </Empty>
      ) : (
        <Empty icon="note" title={<Trans>Nothing in it yet</Trans>}>
          <Trans>The menu of any song puts it here.</Trans>
        </Empty>
      )}
      {menu && (
        <Menu
          at={menu}
          label={t`What to do with this`}
          onClose={() => setMenu(null)}
          items={[
            {
              label: t`Play next`,
              icon: "queue",
              disabled: !now.total,
              act: async () => playNext(await whole()),
            },
            {
              label: t`Add to queue`,
              icon: "plus",
              disabled: !now.total,
              act: async () => append(await whole()),
            },
            {
              label: t`Share…`,
              icon: "share",
              disabled: !now.total,
              act: () => sharing.ask({ name: list.name, entries: [{ kind: "playlist", id }] }),
            },
            {
              label: t`Save as M3U8`,
              icon: "download",
              apart: true,
              act: () => save("m3u8"),
            },
            { label: t`Save as XSPF`, icon: "download", act: () => save("xspf") },
            { label: t`Save as JSPF`, icon: "download", act: () => save("jspf") },
            ...(mine
              ? [
                  {
                    label: t`Delete`,
                    icon: "trash" as const,
                    apart: true,
                    act: () => setOpen("delete"),
                  },
                ]
              : []),
          ]}
        />
      )}
      {sharing.dialog}
      <Suspense fallback={null}>
        {open === "edit" && (
          <EditDialog list={list} images={images} onClose={() => setOpen(null)} />
        )}
        {open === "rules" && <SmartDialog list={list} onClose={() => setOpen(null)} />}
        {open === "delete" && (
          <DeleteDialog
            list={list}
            onClose={() => setOpen(null)}
            onDeleted={() => void go("/", { replace: true })}
          />
        )}
      </Suspense>
    </>
  );
}
