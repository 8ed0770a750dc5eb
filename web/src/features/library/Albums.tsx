import { Trans, useLingui } from "@lingui/react/macro";
import { useSearchParams } from "react-router";
import type { AlbumSort } from "../../api/extension";
import { webApi } from "../../api/webapi";
import { Button } from "../../design/parts/Button";
import { CardsToCome, Grid } from "../../design/parts/Shelf";
import { Empty, Failed } from "../../design/parts/States";
import { AlbumCard } from "../cards";
import { useEndless } from "./endless";
import styles from "./Library.module.css";

const PAGE = 40;

export function Albums() {
  const { t } = useLingui();
  const [params, setParams] = useSearchParams();
  const sort = (params.get("sort") ?? "name") as AlbumSort;
  const genre = params.get("genre");
  const [fetchPage] = webApi.useLazyAlbumsQuery();
  const { items, error, done, end, retry } = useEndless(`${sort} ${genre}`, (offset) =>
    fetchPage({ sort, ...(genre && { genre }), limit: PAGE, offset }, true).unwrap(),
  );
  const orders: [AlbumSort, string][] = [
    ["name", t`By name`],
    ["artist", t`By artist`],
    ["year_descending", t`Newest first`],
    ["year", t`Oldest first`],
    ["recently_added", t`Recently added`],
    ["most_played", t`Most played`],
    ["recently_played", t`Recently played`],
  ];
  return (
    <>
      <div className={styles.tools}>
        <span>
          {genre && (
            <Button look="plain" icon="close" onClick={() => setParams({ sort })}>
              {genre}
            </Button>
          )}
        </span>
        <label>
          <span className="unseen">
            <Trans>Order</Trans>
          </span>
          <select
            value={sort}
            onChange={(event) =>
              setParams({ sort: event.target.value, ...(genre && { genre }) }, { replace: true })
            }
          >
            {orders.map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {done && !items.length && !error && (
        <Empty icon="album" title={<Trans>No albums here</Trans>} />
      )}
      <Grid>
        {items.map((album) => (
          <AlbumCard key={album.id} album={album} />
        ))}
        {!done && !error && <CardsToCome count={12} />}
      </Grid>
      {error ? <Failed error={error} retry={retry} /> : <div ref={end} className={styles.end} />}
    </>
  );
}
