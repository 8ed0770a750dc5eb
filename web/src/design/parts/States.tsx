/** What a list shows when it has nothing to show yet, at all, or because something failed. */
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { type ApiError, isAway } from "../../api/errors";
import { Icon, type IconName } from "../icons";
import { Button } from "./Button";
import styles from "./States.module.css";

export function Skeleton({
  height,
  width,
  round = false,
}: {
  height: string;
  width?: string;
  round?: boolean;
}) {
  return (
    <span
      aria-hidden="true"
      className={styles.skeleton}
      style={{ height, width, borderRadius: round ? "50%" : undefined }}
    />
  );
}

/** The shape of rows that are on their way. */
export function RowsToCome({ rows = 8 }: { rows?: number }) {
  return (
    <div className={styles.rows} role="status">
      <span className="unseen">
        <Trans>Loading</Trans>
      </span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all alike, and never moved
        <div key={row} className={styles.row}>
          <Skeleton height="40px" width="40px" />
          <span className={styles.lines}>
            <Skeleton height="12px" width={`${34 + ((row * 17) % 30)}%`} />
            <Skeleton height="10px" width={`${18 + ((row * 11) % 18)}%`} />
          </span>
        </div>
      ))}
    </div>
  );
}

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={styles.state}>
      <span className={styles.moon}>
        <Icon name={icon} size={34} />
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** What failed, in words, and the one thing to do about it. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const told = error as ApiError | undefined;
  const away = told !== undefined && isAway(told);
  return (
    <div className={styles.state} role="alert">
      <span className={styles.moon}>
        <Icon name={away ? "info" : "warning"} size={34} />
      </span>
      <h2>
        {told?.status === 404 ? (
          <Trans>Nothing is here</Trans>
        ) : away ? (
          <Trans>The server does not answer</Trans>
        ) : (
          <Trans>That did not work</Trans>
        )}
      </h2>
      <p>
        {away ? (
          <Trans>
            What plays goes on as far as it was fetched. This page comes back when the server does.
          </Trans>
        ) : (
          told?.message
        )}
      </p>
      {retry && told?.status !== 404 && (
        <Button icon="repeat" onClick={retry}>
          <Trans>Try again</Trans>
        </Button>
      )}
    </div>
  );
}
