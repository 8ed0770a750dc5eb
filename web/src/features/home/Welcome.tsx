import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { at } from "../../api/base";
import type { InvitationView } from "../../api/extension";
import { houseApi } from "../../api/house";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Icon } from "../../design/icons";
import { Button, IconButton } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Copied, QrCode } from "../handing/HandOut";
import styles from "./FirstRun.module.css";
import { welcome } from "./welcome";

const COMMANDS = `philomel import navidrome navidrome.db --dry-run
philomel import subsonic https://old.example --user NAME
philomel import m3u ~/Playlists --user NAME`;

/** What one does after the first song: three ways on, none of them needed. */
export default function Welcome() {
  const { t } = useLingui();
  const [opened, setOpened] = useState<"history" | "invite" | null>(null);
  return (
    <section className={styles.welcome} aria-labelledby="welcome">
      <header>
        <h2 id="welcome">
          <Trans>Make it yours</Trans>
        </h2>
        <IconButton icon="close" label={t`Hide these cards`} onClick={welcome.end} />
      </header>
      <ul className={styles.cards}>
        <li>
          <Icon name="clock" size={28} />
          <h3>
            <Trans>Bring your history</Trans>
          </h3>
          <p>
            <Trans>
              Likes, ratings, plays and playlists from another server, with their dates.
            </Trans>
          </p>
          <Button onClick={() => setOpened("history")}>
            <Trans>How it is done</Trans>
          </Button>
        </li>
        <li>
          <Icon name="note" size={28} />
          <h3>
            <Trans>Connect a phone</Trans>
          </h3>
          <p>
            <Trans>Players that you know work here. A picture for the camera sets them up.</Trans>
          </p>
          <a className={styles.go} href={at("/account/players")}>
            <Trans>Connect a player</Trans>
          </a>
        </li>
        <li>
          <Icon name="person" size={28} />
          <h3>
            <Trans>Invite someone</Trans>
          </h3>
          <p>
            <Trans>A link makes one account, with likes and playlists of its own.</Trans>
          </p>
          <Button onClick={() => setOpened("invite")}>
            <Trans>Make a link</Trans>
          </Button>
        </li>
      </ul>
      {opened === "history" && (
        <Dialog wide title={t`Bring your history`} onClose={() => setOpened(null)}>
          <p>
            <Trans>
              On the machine that the server runs on, one of these commands reads what you kept
              elsewhere. It can be run again: everything counts once. What is not in your library
              yet attaches itself when its file arrives.
            </Trans>
          </p>
          <code className={styles.commands}>{COMMANDS}</code>
          <p>
            <Trans>
              With <code>--dry-run</code> it says what it would find and changes nothing.
            </Trans>
          </p>
        </Dialog>
      )}
      {opened === "invite" && <Invite onClose={() => setOpened(null)} />}
    </section>
  );
}

export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const send = useSend();
  const [made, setMade] = useState<InvitationView | null>(null);
  const [invite, { isLoading }] = houseApi.useInviteMutation();
  const make = async () => {
    try {
      setMade(await invite({}).unwrap());
    } catch {
      send(notices.told(t`The link could not be made. Try again.`, { tone: "bad" }));
    }
  };
  return (
    <Dialog title={t`Invite someone`} onClose={onClose}>
      {made ? (
        <div className={styles.hand}>
          <Copied fresh label={t`Send this link`} value={made.url} />
          <QrCode content={made.url} label={t`The link as a QR code`} />
          <p>
            <Trans>
              It makes one account within seven days. It is shown this once; make another whenever
              you like.
            </Trans>
          </p>
        </div>
      ) : (
        <div className={styles.hand}>
          <p>
            <Trans>
              Whoever has the link chooses a name and a password, and hears the libraries that are
              open to everybody.
            </Trans>
          </p>
          <Button look="strong" disabled={isLoading} onClick={() => void make()}>
            <Trans>Make the link</Trans>
          </Button>
        </div>
      )}
    </Dialog>
  );
}
