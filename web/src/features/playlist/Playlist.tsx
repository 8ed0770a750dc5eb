import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useParams } from "react-router";
import { webApi } from "../../api/webapi";
import { IconButton } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Head } from "../../design/parts/Head";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { type Context, queueTrack } from "../../player/queue";
import { usePlay } from "../../tracks/actions";
import { TrackList } from "../../tracks/TrackList";
import { useWhole } from "../../tracks/whole";
import { PlayContext } from "../cards";

export default function PlaylistPage() {
  const { id = "" } = useParams();
  const { t } = useLingui();
  const { data: list, error, refetch } = webApi.usePlaylistQuery(id);
  const { data: first } = webApi.usePlaylistItemsQuery({ id });
  const [more] = webApi.useLazyPlaylistItemsQuery();
  const items = useWhole(first, (offset) => more({ id, offset }, true).unwrap());
  const play = usePlay();
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!list || !first) return <RowsToCome />;
  const context: Context = { kind: "playlist", uri: list.uri, name: list.name };
  const listed = items.map(({ track }, place) => ({
    key: `${place} ${track?.id ?? ""}`,
    track: track && queueTrack(track),
    lead: undefined,
    dimmed: track?.is_playable === false,
  }));
  const known = listed.flatMap(({ track, dimmed }) => (track?.id && !dimmed ? track : []));
  return (
    <>
      <Head
        cover={<Cover src={pick(list.images, 300)} icon="note" eager />}
        wash={pick(list.images, 64)}
        kind={
          list.collaborative
            ? t`Playlist of several`
            : list.public
              ? t`Public playlist`
              : t`Playlist`
        }
        title={list.name}
        note={list.description}
        facts={[
          <b key="by">{list.owner.display_name}</b>,
          <Plural key="count" value={first.total} one="# song" other="# songs" />,
        ]}
        actions={
          <>
            <PlayContext size={56} context={context} fetchTracks={async () => known} />
            <IconButton
              icon="shuffle"
              size={22}
              label={t`Shuffle`}
              disabled={!known.length}
              onClick={() => play(known, { context, shuffle: true })}
            />
          </>
        }
      />
      {first.total ? (
        <TrackList
          label={t`Tracks of ${list.name}`}
          tracks={listed}
          onPlay={(place) =>
            play(known, {
              context,
              index: Math.max(0, known.indexOf(listed[place]?.track as never)),
              shuffle: false,
            })
          }
        />
      ) : (
        <Empty icon="note" title={<Trans>Nothing in it yet</Trans>}>
          <Trans>The menu of any song puts it here.</Trans>
        </Empty>
      )}
    </>
  );
}
