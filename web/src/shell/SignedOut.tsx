import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { Dialog } from "../design/parts/Dialog";
import styles from "./SignedOut.module.css";
import { wayIn } from "./session";

/** The session ended while the page was open: elsewhere, or because its time was over. */
export default function SignedOut() {
  const [closed, setClosed] = useState(false);
  if (closed) return null;
  return (
    <Dialog title={t`You are signed out`} onClose={() => setClosed(true)}>
      <p className={styles.words}>
        <Trans>
          This session has ended. What plays goes on as far as it was fetched; sign in again for the
          rest, and you come back to this page.
        </Trans>
      </p>
      <a className={styles.way} href={wayIn()}>
        <Trans>Sign in</Trans>
      </a>
    </Dialog>
  );
}
