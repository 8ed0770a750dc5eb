import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { webApi } from "../../api/webapi";
import { Listed, MOST } from "./Home";
import styles from "./Home.module.css";

/** Changes with the day, not with every look. */
const ofToday = <T,>(things: T[]): T | undefined =>
  things[Math.floor(Date.now() / 86_400_000) % things.length];

function ByGenre() {
  const { data } = webApi.useGenresQuery();
  const genre = ofToday(data?.genres ?? []);
  const { data: albums } = webApi.useAlbumsQuery(
    { sort: "random", limit: MOST, ...(genre && { genre }) },
    { skip: !genre },
  );
  if (!data?.genres.length) return null;
  return (
    <>
      {genre && <Listed title={t`From ${genre}`} albums={albums?.items ?? []} />}
      <nav className={styles.ways} aria-labelledby="by-genre">
        <h2 id="by-genre">
          <Trans>By genre</Trans>
        </h2>
        <div className={styles.chips}>
          {data.genres.slice(0, 16).map((name) => (
            <Link key={name} to={`/library/albums?genre=${encodeURIComponent(name)}`}>
              {name}
            </Link>
          ))}
        </div>
      </nav>
    </>
  );
}

function ByDecade() {
  const { data: newest } = webApi.useAlbumsQuery({ sort: "year_descending", limit: 1 });
  const { data: oldest } = webApi.useAlbumsQuery({ sort: "year", limit: 1 });
  const last = Number(newest?.items[0]?.release_date.slice(0, 4) ?? 0);
  const first = Number(oldest?.items[0]?.release_date.slice(0, 4) ?? 0) || last;
  if (!last) return null;
  const decades: number[] = [];
  for (let year = last - (last % 10); year > first - 10 && decades.length < 12; year -= 10)
    decades.push(year);
  return (
    <nav className={styles.ways} aria-labelledby="by-decade">
      <h2 id="by-decade">
        <Trans>By decade</Trans>
      </h2>
      <div className={styles.chips}>
        {decades.map((year) => (
          <Link key={year} to={`/search?q=${encodeURIComponent(`year:${year}-${year + 9}`)}`}>
            <Trans>{year}s</Trans>
          </Link>
        ))}
      </div>
    </nav>
  );
}

/** Ways by genre, or by decade. */
export default function Ways({ of }: { of: "genres" | "decades" }) {
  return of === "genres" ? <ByGenre /> : <ByDecade />;
}
