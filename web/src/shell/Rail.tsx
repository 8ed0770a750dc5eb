import { t } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { NavLink, useNavigate } from "react-router";
import { at } from "../api/base";
import { webApi } from "../api/webapi";
import { Icon, type IconName } from "../design/icons";
import { IconButton } from "../design/parts/Button";
import { Cover, pick } from "../design/parts/Cover";
import styles from "./Rail.module.css";

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
      </div>
      <Playlists />
      <Person />
    </nav>
  );
}

function Playlists() {
  const { data } = webApi.usePlaylistsQuery({});
  const [create] = webApi.useCreatePlaylistMutation();
  const go = useNavigate();
  const make = async () => {
    const made = await create({ name: t`New playlist`, public: false }).unwrap();
    await go(`/playlist/${made.id}`);
  };
  return (
    <section className={styles.lists} aria-labelledby="rail-lists">
      <header>
        <h2 id="rail-lists">
          <Trans>Playlists</Trans>
        </h2>
        <IconButton icon="plus" label={t`New playlist`} size={18} onClick={() => void make()} />
      </header>
      <ul>
        <li>
          <NavLink to="/library/liked" className={styles.list}>
            <span className={styles.liked}>
              <Icon name="heart" size={18} filled />
            </span>
            <b>
              <Trans>Liked songs</Trans>
            </b>
          </NavLink>
        </li>
        {data?.items.map((list) => (
          <li key={list.id}>
            <NavLink to={`/playlist/${list.id}`} className={styles.list}>
              <span>
                <Cover src={pick(list.images, 40)} icon="note" />
              </span>
              <b dir="auto">{list.name}</b>
            </NavLink>
          </li>
        ))}
      </ul>
    </section>
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
