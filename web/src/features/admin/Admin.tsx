import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "react-router";
import { webApi } from "../../api/webapi";
import { Empty } from "../../design/parts/States";
import styles from "./Admin.module.css";
import { Backups } from "./Backups";
import { Health } from "./Health";
import { Libraries } from "./Libraries";
import { Log } from "./Log";
import { People } from "./People";

export type View = "libraries" | "health" | "people" | "backups" | "log";

const PAGES = { libraries: Libraries, health: Health, people: People, backups: Backups, log: Log };

/** What administrators look after. */
export default function Admin({ view }: { view: View }) {
  const { t } = useLingui();
  const { data: me } = webApi.useMeQuery();
  const ways: [View, string, string][] = [
    ["libraries", "/admin", t`Libraries`],
    ["health", "/admin/health", t`Health`],
    ["people", "/admin/people", t`People`],
    ["backups", "/admin/backups", t`Backups`],
    ["log", "/admin/log", t`Log`],
  ];
  if (me && me.role !== "admin")
    return (
      <Empty icon="shield" title={<Trans>For administrators</Trans>}>
        <Trans>Whoever runs this server looks after it here.</Trans>
      </Empty>
    );
  const Page = PAGES[view];
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>
          <Trans>This server</Trans>
        </h1>
        <nav aria-label={t`Parts of this page`}>
          {ways.map(([key, to, name]) => (
            <Link
              key={key}
              to={to}
              className={key === view ? styles.on : ""}
              aria-current={key === view ? "page" : undefined}
            >
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <Page />
    </div>
  );
}
