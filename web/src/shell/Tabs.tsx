import { useLingui } from "@lingui/react/macro";
import { NavLink } from "react-router";
import { Icon, type IconName } from "../design/icons";
import styles from "./Tabs.module.css";

/** The ways through the music, on phones. */
export function Tabs() {
  const { t } = useLingui();
  const tabs: [string, IconName, string][] = [
    ["/", "home", t`Home`],
    ["/search", "search", t`Search`],
    ["/library", "library", t`Library`],
    ["/downloads", "download", t`Downloads`],
    ["/settings", "person", t`You`],
  ];
  return (
    <nav className={styles.tabs} aria-label={t`Main`}>
      {tabs.map(([to, icon, label]) => (
        <NavLink key={to} to={to} end={to === "/"}>
          <Icon name={icon} size={23} />
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
