import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { webApi } from "../../api/webapi";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import styles from "./Library.module.css";

export function Genres() {
  const { data, error, refetch } = webApi.useGenresQuery();
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome />;
  if (!data.genres.length)
    return <Empty icon="note" title={<Trans>No file names its genre</Trans>} />;
  return (
    <ul className={styles.genres}>
      {data.genres.map((genre) => (
        <li key={genre}>
          <Link to={`/library/albums?genre=${encodeURIComponent(genre)}`} dir="auto">
            {genre}
          </Link>
        </li>
      ))}
    </ul>
  );
}
