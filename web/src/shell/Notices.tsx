import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect } from "react";
import { type Notice, notices } from "../app/notices";
import { useApp, useSend } from "../app/store";
import { Button, IconButton } from "../design/parts/Button";
import { queue } from "../player/queue";
import styles from "./Notices.module.css";

const SHOWN_MS = 5000;

export function Notices() {
  const all = useApp((root) => root.notices);
  return (
    <div className={styles.notices} role="status" aria-live="polite">
      {all.map((notice) => (
        <One key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function One({ notice }: { notice: Notice }) {
  const send = useSend();
  useEffect(() => {
    const timer = setTimeout(
      () => send(notices.closed(notice.id)),
      SHOWN_MS * (notice.tone === "bad" ? 2 : 1),
    );
    return () => clearTimeout(timer);
  }, [notice, send]);
  const undo = () => {
    if (notice.undo === "queue") send(queue.undone());
    else notice.undo?.();
    send(notices.closed(notice.id));
  };
  return (
    <div className={`${styles.notice} ${notice.tone === "bad" ? styles.bad : ""}`}>
      <span dir="auto">{notice.text}</span>
      {notice.undo && (
        <Button look="quiet" onClick={undo}>
          <Trans>Undo</Trans>
        </Button>
      )}
      <IconButton
        icon="close"
        size={16}
        label={t`Close`}
        onClick={() => send(notices.closed(notice.id))}
      />
    </div>
  );
}
