import { Trans } from "@lingui/react/macro";
import { webApi } from "../../api/webapi";
import { CardsToCome, Grid } from "../../design/parts/Shelf";
import { Empty, Failed } from "../../design/parts/States";
import { ArtistCard } from "../cards";
import { useEndless } from "./endless";
import styles from "./Library.module.css";

const PAGE = 48;

export function Artists() {
  const [fetchPage] = webApi.useLazyArtistsQuery();
  const { items, error, done, end, retry } = useEndless("artists", (offset) =>
    fetchPage({ limit: PAGE, offset }, true).unwrap(),
  );
  return (
    <>
      {done && !items.length && !error && (
        <Empty icon="person" title={<Trans>No artists yet</Trans>} />
      )}
      <Grid>
        {items.map((artist) => (
          <ArtistCard key={artist.id} artist={artist} />
        ))}
        {!done && !error && <CardsToCome count={12} />}
      </Grid>
      {error ? <Failed error={error} retry={retry} /> : <div ref={end} className={styles.end} />}
    </>
  );
}
