import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { useApp } from "../app/store";
import { Icon } from "../design/icons";
import { Button } from "../design/parts/Button";
import { takeUpdate } from "../offline/worker";
import styles from "./Banner.module.css";

/** What is true of the whole player: the server is away, or a new version waits. */
export default function Banner() {
  const { away, update, waiting } = useApp((root) => root.offline);
  return (
    <div role="status">
      {away ? (
        <div className={styles.banner}>
          <Icon name="info" size={18} />
          <span>
            <b>
              <Trans>The server cannot be reached.</Trans>
            </b>{" "}
            {waiting > 0 ? (
              <Plural value={waiting} one="# change waits for it." other="# changes wait for it." />
            ) : (
              <Trans>What you downloaded plays.</Trans>
            )}
          </span>
          <Link to="/downloads">
            <Trans>Downloads</Trans>
          </Link>
        </div>
      ) : (
        update && (
          <div className={styles.banner}>
            <Icon name="info" size={18} />
            <span>
              <Trans>A new version is ready.</Trans>
            </span>
            <Button look="quiet" onClick={takeUpdate}>
              <Trans>Reload</Trans>
            </Button>
          </div>
        )
      )}
    </div>
  );
}
