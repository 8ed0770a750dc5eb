import { Trans, useLingui } from "@lingui/react/macro";
import { useSearchParams } from "react-router";
import { browseApi } from "../../api/browse";
import type { AlbumSort } from "../../api/extension";
import { webApi } from "../../api/webapi";
import { Button } from "../../design/parts/Button";
import { CardsToCome, Grid } from "../../design/parts/Shelf";
import { Empty, Failed } from "../../design/parts/States";
import { usePaged } from "../../tracks/paged";
import { AlbumCard } from "../cards";
import { CardGrid } from "./CardGrid";
import styles from "./Library.module.css";

const PAGE = 50;

export function Albums() {
  const { t } = useLingui();
  const [params, setParams] = useSearchParams();
  const sort = (params.get("sort") ?? "name") as AlbumSort;
  const genre = params.get("genre");
  const label = params.get("label");
  const of = { ...(genre && { genre }), ...(label && { label }) };
  const [fetchPage] = webApi.useLazyAlbumsQuery();
  const { data, error, refetch } = webApi.useAlbumsQuery({ sort, ...of, limit: PAGE });
  const { data: letters } = browseApi.useLettersQuery(
    { of: "albums", one_edition: true, ...of },
    { skip: sort !== "name" },
  );
  const total =
    data && sort === "most_played" && data.items.length < PAGE ? data.items.length : data?.total;
  const { at, onSeen } = usePaged(
    `albums ${sort} ${genre} ${label}`,
    total ?? 0,
    async (offset, limit) =>
      (await fetchPage({ sort, ...of, limit, ...(offset && { offset }) }, true).unwrap()).items,
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
          {(genre || label) && (
            <Button look="plain" icon="close" onClick={() => setParams({ sort })}>
              {params.get("name") ?? genre ?? label}
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
              setParams(
                (now) => {
                  now.set("sort", event.target.value);
                  return now;
                },
                { replace: true },
              )
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
      {error && !data ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : total === undefined ? (
        <Grid>
          <CardsToCome count={12} />
        </Grid>
      ) : total === 0 ? (
        <Empty icon="album" title={<Trans>No albums here</Trans>} />
      ) : (
        <CardGrid
          count={total}
          onSeen={onSeen}
          letters={sort === "name" && total > PAGE ? letters?.items : undefined}
          at={(place) => {
            const album = at(place);
            return album && <AlbumCard key={album.id} album={album} />;
          }}
        />
      )}
    </>
  );
}
