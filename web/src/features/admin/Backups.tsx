import { Trans, useLingui } from "@lingui/react/macro";
import { backupsApi } from "../../api/backups";
import type { ApiError } from "../../api/errors";
import type { Backup, Backups as State } from "../../api/extension";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Row, Rows } from "../../design/parts/Rows";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { ago, moment } from "../../tracks/dates";
import { size } from "../../tracks/format";
import styles from "./Backups.module.css";

const LOOK_MS = 1000;

/** What is kept for the worst of days: what there is, one more, and how to come back from it. */
export function Backups() {
  const { data, error, refetch } = backupsApi.useBackupsQuery(undefined, {
    refetchOnMountOrArgChange: true,
  });
  const busy = data?.doing !== "" && data !== undefined;
  backupsApi.useBackupsQuery(undefined, { pollingInterval: LOOK_MS, skip: !busy });
  const [make] = backupsApi.useMakeBackupMutation();
  const [check] = backupsApi.useCheckBackupMutation();
  const send = useSend();
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome rows={4} />;
  const tell = (failed: unknown) =>
    send(notices.told((failed as ApiError).message, { tone: "bad" }));
  return (
    <>
      <section className={styles.section} aria-labelledby="backups">
        <div className={styles.top}>
          <h2 id="backups">
            <Trans>Backups</Trans>
          </h2>
          <Button
            look="strong"
            icon="shield"
            disabled={busy}
            onClick={() => make().unwrap().catch(tell)}
          >
            <Trans>Make one now</Trans>
          </Button>
        </div>
        <Schedule state={data} />
        {busy && <Doing state={data} />}
        {data.failure && !busy && (
          <p className={styles.failure} role="alert">
            <Trans>The latest try did not work: {data.failure}</Trans>
          </p>
        )}
        {data.items.length ? (
          <Rows>
            {data.items.map((backup) => (
              <One
                key={backup.name}
                backup={backup}
                busy={busy}
                onCheck={() => check(backup.name).unwrap().catch(tell)}
              />
            ))}
          </Rows>
        ) : (
          !busy && (
            <Empty icon="shield" title={<Trans>No backup yet</Trans>}>
              <Trans>One press makes it, while the music plays on.</Trans>
            </Empty>
          )
        )}
      </section>
      {data.items[0] && <Restoring folder={data.folder} name={data.items[0].name} />}
    </>
  );
}

function Schedule({ state }: { state: State }) {
  const { at, keep } = state;
  return (
    <p className={styles.lead}>
      {at ? (
        <Trans>
          One is made every day at {at} UTC; the latest {keep} are kept.
        </Trans>
      ) : (
        <Trans>
          None is made by itself: the setting backup.at says when. The latest {keep} are kept.
        </Trans>
      )}
    </p>
  );
}

function Doing({ state }: { state: State }) {
  const { t } = useLingui();
  const { doing, written, expected } = state;
  const share = doing === "making" && expected ? Math.min(1, written / expected) : undefined;
  const sofar = size(written);
  return (
    <div className={styles.doing} role="status">
      <b>
        {doing === "making" ? (
          <Trans>A backup is being made</Trans>
        ) : (
          <Trans>It is read from end to end</Trans>
        )}
      </b>
      <progress
        aria-label={doing === "making" ? t`A backup is being made` : t`It is read from end to end`}
        {...(share !== undefined && { value: share, max: 1 })}
      />
      {doing === "making" && <small>{t`${sofar} written`}</small>}
    </div>
  );
}

function One({ backup, busy, onCheck }: { backup: Backup; busy: boolean; onCheck: () => void }) {
  const { t } = useLingui();
  const { made_at, checked_at, program, has_keys } = backup;
  const checked = checked_at == null ? "" : ago(checked_at);
  const when = moment(made_at);
  return (
    <Row
      title={when}
      note={[
        size(backup.size),
        `Philomel ${program}`,
        has_keys ? "" : t`without the key ring`,
        checked ? t`found whole ${checked}` : t`not checked yet`,
      ]
        .filter(Boolean)
        .join(" · ")}
    >
      <Button disabled={busy} onClick={onCheck} aria-label={t`Check the backup of ${when}`}>
        <Trans>Check</Trans>
      </Button>
    </Row>
  );
}

/** Only at the server itself: the server that runs cannot be replaced under itself. */
function Restoring({ folder, name }: { folder: string; name: string }) {
  const quoted = `'${`${folder}/${name}`.replaceAll("'", `'\\''`)}'`;
  return (
    <section className={styles.section} aria-labelledby="restoring">
      <h2 id="restoring">
        <Trans>To go back to one</Trans>
      </h2>
      <p className={styles.lead}>
        <Trans>
          Stop the server, and run this where it runs. It refuses to replace what is there unless
          you add --force; what was there is then put aside.
        </Trans>
      </p>
      <pre className={styles.command}>
        <code>philomel restore {quoted}</code>
      </pre>
      <p className={styles.lead}>
        <Trans>
          The backups lie on the server, best on another disk than the data. They hold the key ring:
          keep copies of them as carefully as a password.
        </Trans>
      </p>
    </section>
  );
}
