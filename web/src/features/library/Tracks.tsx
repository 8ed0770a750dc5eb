import { Trans, useLingui } from "@lingui/react/macro";
import { webApi } from "../../api/webapi";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { queueTrack } from "../../player/queue";
import { usePlay } from "../../tracks/actions";
import { usePaged } from "../../tracks/paged";
import { TrackList } from "../../tracks/TrackList";

/** Every song, by name; pages come as they are scrolled to. */
export function Tracks() {
  const { t } = useLingui();
  const { data: server, error: away, refetch } = webApi.useServerQuery();
  const [fetchPage] = webApi.useLazyTracksQuery();
  const { at, onSeen, fetchAll, error } = usePaged(
    "tracks",
    server?.tracks ?? 0,
    async (offset, limit) =>
      (await fetchPage({ offset, limit }, true).unwrap()).map((track) => queueTrack(track)),
  );
  const play = usePlay();
  if (away ?? error) return <Failed error={away ?? error} retry={() => void refetch()} />;
  if (!server) return <RowsToCome />;
  if (!server.tracks) return <Empty icon="note" title={<Trans>No songs yet</Trans>} />;
  const listed = Array.from({ length: server.tracks }, (_, place) => ({
    key: String(place),
    track: at(place),
  }));
  return (
    <TrackList
      label={t`All songs`}
      tracks={listed}
      onSeen={onSeen}
      fetchTracks={fetchAll}
      onPlay={(place) => {
        const near = listed.slice(place, place + 200).flatMap(({ track }) => track ?? []);
        play(near, {
          context: { kind: "tracks", uri: "library:tracks", name: t`All songs` },
          index: 0,
          shuffle: false,
        });
      }}
    />
  );
}
