import { useLingui } from "@lingui/react/macro";
import { lazy, Suspense } from "react";
import { NavLink } from "react-router";
import { at } from "../api/base";
import { webApi } from "../api/webapi";
import { Icon, type IconName } from "../design/icons";
import styles from "./Rail.module.css";

const OwnLists = lazy(() => import("../features/playlist/RailLists"));

const Place = ({
  to,
  icon,
  label,
  end = false,
}: {
  to: string;
  icon: IconName;
  label: string;
  end?: boolean;
}) => (
  <NavLink to={to} end={end} className={styles.place}>
    <Icon name={icon} size={22} />
    {label}
  </NavLink>
);

/** The ways through the music, and the listener's own lists. */
export function Rail() {
  const { t } = useLingui();
  return (
    <nav className={styles.rail} aria-label={t`Main`}>
      <NavLink to="/" className={styles.mark}>
        <img src={at("/site/nightingale.svg")} alt="" width={34} height={34} />
        Philomel
      </NavLink>
      <div className={styles.places}>
        <Place to="/" icon="home" label={t`Home`} end />
        <Place to="/search" icon="search" label={t`Search`} />
        <Place to="/library" icon="library" label={t`Library`} />
        <Place to="/downloads" icon="download" label={t`Downloads`} />
      </div>
      <Suspense fallback={<section className={styles.lists} />}>
        <OwnLists />
      </Suspense>
      <Person />
    </nav>
  );
}

function Person() {
  const { data: me } = webApi.useMeQuery();
  if (!me) return null;
  return (
    <NavLink to="/settings" className={styles.place}>
      <Icon name="person" size={22} />
      <span className={styles.name}>{me.display_name || me.name}</span>
    </NavLink>
  );
}
