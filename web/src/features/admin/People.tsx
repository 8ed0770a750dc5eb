import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { at } from "../../api/base";
import type { LinkView, User } from "../../api/extension";
import { houseApi } from "../../api/house";
import { webApi } from "../../api/webapi";
import { Button, IconButton } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Menu, type MenuItem, type Spot, spotOf } from "../../design/parts/Menu";
import { Row, Rows } from "../../design/parts/Rows";
import { Failed, RowsToCome } from "../../design/parts/States";
import { day } from "../../tracks/dates";
import { Copied, QrCode } from "../handing/HandOut";
import { Invite } from "../home/Welcome";
import { useProven } from "../settings/proof";
import styles from "./Admin.module.css";

export function People() {
  const { t } = useLingui();
  const { data: me } = webApi.useMeQuery();
  const { data, error, refetch } = houseApi.useUsersQuery();
  const [inviting, setInviting] = useState(false);
  const [opened, setOpened] = useState<{ at: Spot; user: User } | null>(null);
  const [link, setLink] = useState<{ user: User; made: LinkView } | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  const [change] = houseApi.useChangeUserMutation();
  const [remove] = houseApi.useRemoveUserMutation();
  const [reset] = houseApi.useResetLinkMutation();
  const [end] = houseApi.useEndSessionsOfMutation();
  const { proven, dialog } = useProven();
  const items = (user: User): MenuItem[] => [
    {
      label: user.role === "admin" ? t`Make a listener` : t`Make an administrator`,
      icon: "shield",
      act: () =>
        void proven(() =>
          change({ id: user.id, role: user.role === "admin" ? "listener" : "admin" }).unwrap(),
        ),
    },
    {
      label: t`Link for a new password`,
      icon: "arrowRight",
      act: () => void proven(async () => setLink({ user, made: await reset(user.id).unwrap() })),
    },
    {
      label: t`Sign out everywhere`,
      icon: "close",
      act: () => void proven(() => end(user.id).unwrap()),
    },
    {
      label: user.disabled ? t`Let in again` : t`Shut out`,
      icon: "minus",
      apart: true,
      act: () => void proven(() => change({ id: user.id, disabled: !user.disabled }).unwrap()),
    },
    { label: t`Remove…`, icon: "warning", act: () => setRemoving(user) },
  ];
  return (
    <>
      <section className={styles.section} aria-labelledby="people">
        <div className={styles.top}>
          <h2 id="people">
            <Trans>People</Trans>
          </h2>
          <Button icon="plus" look="strong" onClick={() => setInviting(true)}>
            <Trans>Invite someone</Trans>
          </Button>
        </div>
        {error && <Failed error={error} retry={() => void refetch()} />}
        {!data && !error && <RowsToCome rows={3} />}
        <Rows>
          {data?.items.map((user) => (
            <Row
              key={user.id}
              title={user.display_name || user.name}
              dimmed={user.disabled === true}
              note={[
                user.role === "admin" ? t`Administrator` : t`Listener`,
                user.display_name && user.display_name !== user.name && user.name,
                user.disabled && t`shut out`,
                t`since ${day(user.created_at)}`,
              ]
                .filter(Boolean)
                .join(" · ")}
            >
              {user.id !== me?.id && (
                <IconButton
                  icon="more"
                  label={t`What to do with ${user.name}`}
                  aria-haspopup="menu"
                  onClick={(event) => setOpened({ at: spotOf(event), user })}
                />
              )}
            </Row>
          ))}
        </Rows>
      </section>
      <Open />
      <p>
        <a href={at("/people")}>
          <Trans>Explicit music, restricted libraries and accounts by hand</Trans>
        </a>
      </p>
      {opened && (
        <Menu
          at={opened.at}
          items={items(opened.user)}
          label={t`What to do with ${opened.user.name}`}
          onClose={() => setOpened(null)}
        />
      )}
      {inviting && <Invite onClose={() => setInviting(false)} />}
      {link && (
        <Dialog title={t`A new password for ${link.user.name}`} onClose={() => setLink(null)}>
          <Copied fresh label={t`Send this link`} value={link.made.url} />
          <QrCode content={link.made.url} label={t`The link as a QR code`} />
        </Dialog>
      )}
      {removing && (
        <Dialog title={t`Remove ${removing.name}?`} onClose={() => setRemoving(null)}>
          <p className={styles.section}>
            <Trans>Their likes, playlists and history go with them. This cannot be undone.</Trans>
          </p>
          <Button
            look="strong"
            onClick={() =>
              void proven(async () => {
                await remove(removing.id).unwrap();
                setRemoving(null);
              })
            }
          >
            <Trans>Remove the account</Trans>
          </Button>
        </Dialog>
      )}
      {dialog}
    </>
  );
}

/** Invitations that nobody has used yet. */
function Open() {
  const { t } = useLingui();
  const { data } = houseApi.useInvitationsQuery();
  const [withdraw] = houseApi.useWithdrawMutation();
  const { proven, dialog } = useProven();
  const open = data?.items.filter(({ used_at, expires_at }) => !used_at && expires_at > Date.now());
  if (!open?.length) return null;
  return (
    <section className={styles.section} aria-labelledby="invitations">
      <h2 id="invitations">
        <Trans>Invitations on their way</Trans>
      </h2>
      <Rows>
        {open.map((each) => (
          <Row
            key={each.id}
            title={each.note || t`Invitation`}
            note={t`Good until ${day(each.expires_at)}`}
          >
            <Button look="quiet" onClick={() => void proven(() => withdraw(each.id).unwrap())}>
              <Trans>Take back</Trans>
            </Button>
          </Row>
        ))}
      </Rows>
      {dialog}
    </section>
  );
}
