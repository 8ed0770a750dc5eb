import { Trans, useLingui } from "@lingui/react/macro";
import { NavLink } from "react-router";
import { DownloadButton } from "../downloads/DownloadButton";
import { Albums } from "./Albums";
import { Artists } from "./Artists";
import { Folders } from "./Folders";
import { Genres } from "./Genres";
import { Labels } from "./Labels";
import styles from "./Library.module.css";
import { Liked } from "./Liked";
import { Tracks } from "./Tracks";

const VIEWS = {
  albums: Albums,
  artists: Artists,
  tracks: Tracks,
  genres: Genres,
  labels: Labels,
  folders: Folders,
  liked: Liked,
};

export default function Library({ view }: { view: keyof typeof VIEWS }) {
  const { t } = useLingui();
  const View = VIEWS[view];
  const tabs: [string, string][] = [
    ["/library/albums", t`Albums`],
    ["/library/artists", t`Artists`],
    ["/library/tracks", t`Songs`],
    ["/library/genres", t`Genres`],
    ["/library/labels", t`Labels`],
    ["/library/folders", t`Folders`],
    ["/library/liked", t`Liked`],
  ];
  return (
    <>
      <header className={styles.header}>
        <h1>
          <Trans>Library</Trans>
        </h1>
        <nav aria-label={t`Parts of the library`}>
          {tabs.map(([to, name]) => (
            <NavLink
              key={to}
              to={to}
              className={({ isActive }) =>
                isActive || (to === "/library/albums" && location.pathname.endsWith("/library"))
                  ? (styles.on ?? "")
                  : ""
              }
            >
              {name}
            </NavLink>
          ))}
        </nav>
        {view === "liked" && <DownloadButton kind="liked" name={t`Liked songs`} />}
      </header>
      <View />
    </>
  );
}
