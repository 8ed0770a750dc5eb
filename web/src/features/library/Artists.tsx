import { Trans } from "@lingui/react/macro";
import { browseApi } from "../../api/browse";
import { CardsToCome, Grid } from "../../design/parts/Shelf";
import { Empty, Failed } from "../../design/parts/States";
import { usePaged } from "../../tracks/paged";
import { ArtistCard } from "../cards";
import { CardGrid } from "./CardGrid";

const PAGE = 50;

export function Artists() {
  const [fetchPage] = browseApi.useLazyArtistsQuery();
  const { data, error, refetch } = browseApi.useArtistsQuery({ limit: PAGE });
  const { data: letters } = browseApi.useLettersQuery({ of: "artists" });
  const { at, onSeen } = usePaged(
    "artists",
    data?.total ?? 0,
    async (offset, limit) =>
      (await fetchPage({ limit, ...(offset && { offset }) }, true).unwrap()).items,
  );
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data)
    return (
      <Grid>
        <CardsToCome count={12} />
      </Grid>
    );
  if (!data.total) return <Empty icon="person" title={<Trans>No artists yet</Trans>} />;
  return (
    <CardGrid
      count={data.total}
      onSeen={onSeen}
      letters={data.total > PAGE ? letters?.items : undefined}
      at={(place) => {
        const artist = at(place);
        return artist && <ArtistCard key={artist.id} artist={artist} />;
      }}
    />
  );
}
