import { t } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { BASE } from "../../api/base";
import type { NewAppPassword } from "../../api/extension";
import { houseApi } from "../../api/house";
import { webApi } from "../../api/webapi";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";
import { Row, Rows } from "../../design/parts/Rows";
import { Failed, RowsToCome } from "../../design/parts/States";
import { ago, day } from "../../tracks/dates";
import { Copied, QrCode } from "../handing/HandOut";
import { useSharing } from "../sharing/sharing";
import { useProven } from "./proof";
import styles from "./Settings.module.css";

const address = (): string => location.origin + BASE;

/** What some players read from a picture: server, name and password in one. */
const connection = (name: string, password: string): string => {
  const { protocol, host } = location;
  const who = `${encodeURIComponent(name)}:${encodeURIComponent(password)}`;
  return `subsonic+${protocol}//${who}@${host}${BASE}`;
};

/** A browser in a word or two, out of what it says of itself. */
function deviceName(words: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(words)?.[1];
  const system = /(Android|iPhone|iPad|Windows|Mac OS|Linux)/.exec(words)?.[1];
  const known = browser && ({ Edg: "Edge", OPR: "Opera" }[browser] ?? browser);
  return [known, system].filter(Boolean).join(", ") || words || t`Unknown device`;
}

export function ProfileName() {
  const { t } = useLingui();
  const send = useSend();
  const { data: me } = webApi.useMeQuery();
  const [change, { isLoading }] = houseApi.useChangeMeMutation();
  const [name, setName] = useState<string | null>(null);
  const { proven, dialog } = useProven();
  if (!me) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name === null) return;
    void proven(async () => {
      await change({ display_name: name.trim() }).unwrap();
      setName(null);
      send(notices.told(t`Your name was changed`));
    });
  };
  return (
    <form className={styles.inline} onSubmit={submit}>
      <Field
        label={t`Your name`}
        note={t`What others see. You sign in as ${me.name}.`}
        value={name ?? (me.display_name || me.name)}
        maxLength={64}
        autoComplete="name"
        onChange={(event) => setName(event.target.value)}
      />
      {name !== null && (
        <Button type="submit" look="strong" disabled={isLoading}>
          <Trans>Keep it</Trans>
        </Button>
      )}
      {dialog}
    </form>
  );
}

export function Players() {
  const { t } = useLingui();
  const { data, error, refetch } = houseApi.useAppPasswordsQuery();
  const [create] = houseApi.useCreateAppPasswordMutation();
  const [revoke] = houseApi.useRevokeAppPasswordMutation();
  const [label, setLabel] = useState("");
  const [made, setMade] = useState<NewAppPassword | null>(null);
  const { proven, dialog } = useProven();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void proven(async () => {
      setMade(await create(label.trim()).unwrap());
      setLabel("");
    });
  };
  return (
    <section aria-labelledby="own-players">
      <h2 id="own-players">
        <Trans>Phones and players</Trans>
      </h2>
      <p className={styles.lead}>
        <Trans>Apps that speak the Subsonic protocol, each with a password of its own.</Trans>
      </p>
      {error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : (
        <Rows>
          {data?.items.map((each) => (
            <Row
              key={each.id}
              title={each.label}
              note={
                each.last_used_at
                  ? t`Used ${ago(each.last_used_at)}`
                  : t`Made ${day(each.created_at)}`
              }
            >
              <Button
                look="quiet"
                aria-label={t`Disconnect ${each.label}`}
                onClick={() => void proven(() => revoke(each.id).unwrap())}
              >
                <Trans>Disconnect</Trans>
              </Button>
            </Row>
          ))}
        </Rows>
      )}
      <form className={styles.inline} onSubmit={submit}>
        <Field
          label={t`Connect another`}
          note={t`Where it will be used, such as “phone”.`}
          value={label}
          maxLength={64}
          onChange={(event) => setLabel(event.target.value)}
        />
        <Button type="submit" disabled={!label.trim()}>
          <Trans>Connect</Trans>
        </Button>
      </form>
      {made && <Connected made={made} onClose={() => setMade(null)} />}
      {dialog}
    </section>
  );
}

function Connected({ made, onClose }: { made: NewAppPassword; onClose: () => void }) {
  const { t } = useLingui();
  const { data: me } = webApi.useMeQuery();
  const name = me?.name ?? "";
  return (
    <Dialog title={t`${made.label} can join`} onClose={onClose}>
      <Copied label={t`Server address`} value={address()} />
      <Copied label={t`User name`} value={name} />
      <Copied label={t`Password for this player`} value={made.password} fresh />
      <Copied label={t`or, if it asks for an API key instead`} value={made.api_key} />
      <QrCode
        content={connection(name, made.password)}
        label={t`Server, user name and password as a QR code`}
      />
      <p className={styles.lead}>
        <Trans>
          The password and the key are shown this once. They open the music, not your account.
        </Trans>
      </p>
    </Dialog>
  );
}

export function Sessions() {
  const { t } = useLingui();
  const { data, error, refetch } = houseApi.useSessionsQuery();
  const [end] = houseApi.useEndSessionMutation();
  const { proven, dialog } = useProven();
  return (
    <section aria-labelledby="own-sessions">
      <h2 id="own-sessions">
        <Trans>Where you are signed in</Trans>
      </h2>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <RowsToCome rows={2} />}
      <Rows>
        {data?.items.map((each) => (
          <Row
            key={each.id}
            title={deviceName(each.device)}
            note={each.current ? t`This browser` : t`Seen ${ago(each.seen_at)}`}
          >
            {!each.current && (
              <Button
                look="quiet"
                aria-label={t`Sign out ${deviceName(each.device)}`}
                onClick={() => void proven(() => end(each.id).unwrap())}
              >
                <Trans>Sign out</Trans>
              </Button>
            )}
          </Row>
        ))}
      </Rows>
      {dialog}
    </section>
  );
}

export function ProgramsOfOne() {
  const { t } = useLingui();
  const { data } = houseApi.useProgramsQuery();
  const [revoke] = houseApi.useRevokeProgramMutation();
  const { proven, dialog } = useProven();
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="own-programs">
      <h2 id="own-programs">
        <Trans>Programs that you let in</Trans>
      </h2>
      <Rows>
        {data.items.map((each) => (
          <Row
            key={each.client_id}
            title={each.name || each.client_id}
            note={
              each.last_used_at ? t`Used ${ago(each.last_used_at)}` : t`Since ${day(each.since)}`
            }
          >
            <Button look="quiet" onClick={() => void proven(() => revoke(each.client_id).unwrap())}>
              <Trans>Take back</Trans>
            </Button>
          </Row>
        ))}
      </Rows>
      {dialog}
    </section>
  );
}

const until = (at: number | null): string => {
  if (!at) return t`Without an end`;
  return at > Date.now() ? t`Until ${day(at)}` : t`Ended ${day(at)}`;
};

export function Shares() {
  const { t } = useLingui();
  const { data } = houseApi.useSharesQuery();
  const { ask, dialog } = useSharing();
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="own-shares">
      <h2 id="own-shares">
        <Trans>What you share</Trans>
      </h2>
      <Rows>
        {data.items.map((each) => (
          <Row
            key={each.id}
            title={<a href={each.url}>{each.description || t`Shared music`}</a>}
            note={[
              until(each.expires_at),
              t`Visits: ${each.visits}`,
              each.downloads && t`May be downloaded`,
            ]
              .filter(Boolean)
              .join(" · ")}
          >
            <Button
              look="quiet"
              aria-label={t`Change ${each.description || t`Shared music`}`}
              onClick={() => ask({ name: each.description, entries: each.entries, share: each })}
            >
              <Trans>Change</Trans>
            </Button>
          </Row>
        ))}
      </Rows>
      {dialog}
    </section>
  );
}
