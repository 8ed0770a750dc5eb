import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useParams } from "react-router";
import { peopleApi } from "../../api/people";
import { Cover } from "../../design/parts/Cover";
import { Head } from "../../design/parts/Head";
import { CardsToCome, Grid } from "../../design/parts/Shelf";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { usePaged } from "../../tracks/paged";
import { PlaylistCard } from "../cards";
import { CardGrid } from "../library/CardGrid";

const PAGE = 50;

/** A listener, and the playlists that they show to everybody here. */
export default function PersonPage() {
  const { id = "" } = useParams();
  const { t } = useLingui();
  const person = peopleApi.usePersonQuery(id);
  const lists = peopleApi.useListsOfQuery({ id, limit: PAGE });
  const [fetchPage] = peopleApi.useLazyListsOfQuery();
  const total = lists.data?.total;
  const { at, onSeen } = usePaged(
    `person ${id}`,
    total ?? 0,
    async (offset, limit) =>
      (await fetchPage({ id, limit, ...(offset && { offset }) }, true).unwrap()).items,
  );
  const error = person.error ?? lists.error;
  const retry = () => void Promise.all([person.refetch(), lists.refetch()]);
  if (error) return <Failed error={error} retry={retry} />;
  if (!person.data) return <RowsToCome />;
  return (
    <>
      <Head
        round
        cover={<Cover src={null} round icon="person" eager />}
        wash={null}
        kind={t`Listener`}
        title={person.data.display_name ?? ""}
        facts={[
          total ? <Plural key="lists" value={total} one="# playlist" other="# playlists" /> : null,
        ]}
        actions={null}
      />
      {total === undefined ? (
        <Grid>
          <CardsToCome count={6} />
        </Grid>
      ) : total === 0 ? (
        <Empty icon="note" title={<Trans>No public playlists yet</Trans>} />
      ) : (
        <CardGrid
          count={total}
          onSeen={onSeen}
          at={(place) => {
            const list = at(place);
            return list && <PlaylistCard key={list.id} list={list} />;
          }}
        />
      )}
    </>
  );
}
