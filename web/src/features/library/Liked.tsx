import { Trans, useLingui } from "@lingui/react/macro";
import { webApi } from "../../api/webapi";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { queueTrack } from "../../player/queue";
import { usePlay } from "../../tracks/actions";
import { usePaged } from "../../tracks/paged";
import { TrackList } from "../../tracks/TrackList";

/** What the listener liked, latest first. */
export function Liked() {
  const { t } = useLingui();
  const { data: first, error: away, refetch } = webApi.useSavedTracksQuery({});
  const [fetchPage] = webApi.useLazySavedTracksQuery();
  const { at, onSeen, fetchAll, error } = usePaged(
    "liked",
    first?.total ?? 0,
    async (offset, limit) =>
      (await fetchPage({ offset, limit }, true).unwrap()).items.map(({ track }) =>
        queueTrack(track),
      ),
  );
  const play = usePlay();
  if (away ?? error) return <Failed error={away ?? error} retry={() => void refetch()} />;
  if (!first) return <RowsToCome />;
  if (!first.total) {
    return (
      <Empty icon="heart" title={<Trans>Nothing liked yet</Trans>}>
        <Trans>The heart beside a song keeps it here, in every player that you connect.</Trans>
      </Empty>
    );
  }
  const listed = Array.from({ length: first.total }, (_, place) => ({
    key: String(place),
    track: at(place),
  }));
  return (
    <TrackList
      label={t`Liked songs`}
      tracks={listed}
      onSeen={onSeen}
      fetchTracks={fetchAll}
      onPlay={(place) => {
        const known = listed.flatMap(({ track }) => track ?? []);
        const index = listed.slice(0, place).filter(({ track }) => track).length;
        play(known, {
          context: { kind: "collection", uri: "library:liked", name: t`Liked songs` },
          index,
          shuffle: false,
        });
      }}
    />
  );
}
