import { t } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type FormEvent, lazy, Suspense, useEffect, useState } from "react";
import { at } from "../../api/base";
import type { ApiError } from "../../api/errors";
import type { LibraryView, ScanStatus } from "../../api/extension";
import { houseApi } from "../../api/house";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";
import { Row, Rows } from "../../design/parts/Rows";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { ago } from "../../tracks/dates";
import { number } from "../../tracks/format";
import { isRunning, ScanBar, useScan } from "../home/Scanning";
import { useProven } from "../settings/proof";
import styles from "./Admin.module.css";

const Uploads = lazy(() => import("./Uploads"));

export function Libraries() {
  const { t } = useLingui();
  const send = useSend();
  const { data, error, refetch } = houseApi.useLibrariesQuery();
  const scan = useScan(true);
  const [start] = houseApi.useStartScanMutation();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<LibraryView | null>(null);
  const [allowing, setAllowing] = useState<LibraryView | null>(null);
  const [change] = houseApi.useChangeLibraryMutation();
  const writable = data?.items.filter((each) => each.writable) ?? [];
  const { proven, dialog } = useProven();
  const running = scan !== null && isRunning(scan);
  const id = scan?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: counts are new as soon as a scan has ended
  useEffect(() => {
    if (id && !running) send(houseApi.util.invalidateTags(["Libraries", "Findings"]));
  }, [id, running]);
  return (
    <>
      {scan && <Scan scan={scan} />}
      <section className={styles.section} aria-labelledby="libraries">
        <div className={styles.top}>
          <h2 id="libraries">
            <Trans>Libraries</Trans>
          </h2>
          <div className={styles.buttons}>
            <Button
              icon="repeat"
              disabled={running || !data?.items.length}
              onClick={() => void proven(() => start({}).unwrap())}
            >
              <Trans>Look for changes</Trans>
            </Button>
            <Button icon="plus" look="strong" onClick={() => setAdding(true)}>
              <Trans>Add a folder</Trans>
            </Button>
          </div>
        </div>
        {error && <Failed error={error} retry={() => void refetch()} />}
        {!data && !error && <RowsToCome rows={3} />}
        {data && !data.items.length && (
          <Empty icon="folder" title={<Trans>No library yet</Trans>} />
        )}
        <Rows>
          {data?.items.map((each) => (
            <Row
              key={each.id}
              title={each.name}
              note={
                <>
                  {each.path}
                  <br />
                  <Counts library={each} />
                  {each.writable && (
                    <>
                      {" · "}
                      <Trans>administrators may change files</Trans>
                    </>
                  )}
                  {each.error && <span className={styles.bad}> {each.error}</span>}
                </>
              }
            >
              {each.path && (
                <Button
                  disabled={running}
                  aria-label={t`Read ${each.name} again`}
                  onClick={() =>
                    void proven(() => start({ full: true, path: each.path ?? "" }).unwrap())
                  }
                >
                  <Trans>Read again</Trans>
                </Button>
              )}
              {each.path?.startsWith("/") &&
                (each.writable ? (
                  <Button
                    look="quiet"
                    aria-label={t`Only read ${each.name}`}
                    onClick={() =>
                      void proven(() => change({ library: each.id, writable: false }).unwrap())
                    }
                  >
                    <Trans>Only read</Trans>
                  </Button>
                ) : (
                  <Button
                    look="quiet"
                    aria-label={t`Allow changes in ${each.name}`}
                    onClick={() => setAllowing(each)}
                  >
                    <Trans>Allow changes</Trans>
                  </Button>
                ))}
              <Button
                look="quiet"
                aria-label={t`Remove ${each.name}`}
                onClick={() => setRemoving(each)}
              >
                <Trans>Remove</Trans>
              </Button>
            </Row>
          ))}
        </Rows>
      </section>
      {writable.length > 0 && (
        <Suspense>
          <Uploads libraries={writable} />
        </Suspense>
      )}
      {allowing && <Allowing library={allowing} onClose={() => setAllowing(null)} />}
      {adding && <Adding onClose={() => setAdding(false)} />}
      {removing && <Removing library={removing} onClose={() => setRemoving(null)} />}
      {dialog}
    </>
  );
}

function Counts({ library }: { library: LibraryView }) {
  const { file_count, missing_count, error_count } = library;
  return (
    <>
      <Plural value={file_count} one="# file" other="# files" />
      {missing_count > 0 && (
        <>
          {" · "}
          <Plural value={missing_count} one="# is missing" other="# are missing" />
        </>
      )}
      {error_count > 0 && (
        <>
          {" · "}
          <Plural value={error_count} one="# cannot be read" other="# cannot be read" />
        </>
      )}
    </>
  );
}

function Scan({ scan }: { scan: ScanStatus }) {
  const [cancel, { isLoading }] = houseApi.useCancelScanMutation();
  const { proven, dialog } = useProven();
  const running = isRunning(scan);
  const states: Partial<Record<ScanStatus["phase"], string>> = {
    cancelled: t`The last scan was stopped`,
    failed: t`The last scan failed`,
    waiting: t`A scan waits for its turn`,
    indexing: t`What was found is put in order`,
  };
  return (
    <section className={styles.card} aria-live="polite">
      <div className={styles.top}>
        <strong>
          {states[scan.phase] ?? (running ? t`Your music is being read` : t`Everything is read`)}
        </strong>
        {running && (
          <Button disabled={isLoading} onClick={() => void proven(() => cancel().unwrap())}>
            <Trans>Stop</Trans>
          </Button>
        )}
      </div>
      {running ? (
        <ScanBar scan={scan} />
      ) : (
        <p>
          {scan.finished_at != null && ago(scan.finished_at)}
          {": "}
          <Trans>
            {number(scan.added)} new, {number(scan.changed)} changed, {number(scan.moved)} moved,{" "}
            {number(scan.missing)} missing
          </Trans>
        </p>
      )}
      {scan.error && <p className={styles.bad}>{scan.error}</p>}
      {scan.errors > 0 && (
        <p>
          <a href={at("/scan")}>
            <Plural
              value={scan.errors}
              one="# file could not be read: see which"
              other="# files could not be read: see which"
            />
          </a>
        </p>
      )}
      {scan.to_analyse > scan.analysed && (
        <p>
          <Trans>
            Sound analysed: {number(scan.analysed)} of {number(scan.to_analyse)}
          </Trans>
        </p>
      )}
      {dialog}
    </section>
  );
}

function Adding({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const [path, setPath] = useState("");
  const [problem, setProblem] = useState("");
  const [add, adding] = houseApi.useAddLibraryMutation();
  const [start] = houseApi.useStartScanMutation();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await add({ path: path.trim() }).unwrap();
      // While another scan runs it is refused; the next one finds the folder.
      await start({})
        .unwrap()
        .catch(() => {});
      onClose();
    } catch (error) {
      setProblem((error as ApiError).message);
    }
  };
  return (
    <Dialog title={t`Add a folder`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Field
          label={t`Folder`}
          note={t`Such as /srv/music, or s3://bucket/music`}
          wrong={problem || undefined}
          value={path}
          required
          autoFocus
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setPath(event.target.value)}
        />
        <Button look="strong" type="submit" disabled={adding.isLoading || !path.trim()}>
          <Trans>Add and read it</Trans>
        </Button>
      </form>
    </Dialog>
  );
}

function Allowing({ library, onClose }: { library: LibraryView; onClose: () => void }) {
  const { t } = useLingui();
  const [change, { isLoading }] = houseApi.useChangeLibraryMutation();
  const { proven, dialog } = useProven();
  return (
    <Dialog title={t`Allow changes in ${library.name}?`} onClose={onClose}>
      <div className={styles.section}>
        <p>
          <Trans>
            Until now Philomel only reads this folder. If you allow it, administrators can add files
            to it and mend tags in them. Nothing is deleted or written over, and mended tags can be
            undone.
          </Trans>
        </p>
      </div>
      <div className={styles.buttons}>
        <Button
          look="strong"
          disabled={isLoading}
          onClick={() =>
            void proven(async () => {
              await change({ library: library.id, writable: true }).unwrap();
              onClose();
            })
          }
        >
          <Trans>Allow it</Trans>
        </Button>
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
      {dialog}
    </Dialog>
  );
}

function Removing({ library, onClose }: { library: LibraryView; onClose: () => void }) {
  const { t } = useLingui();
  const [remove] = houseApi.useRemoveLibraryMutation();
  const { proven, dialog } = useProven();
  const act = (purge: boolean) =>
    void proven(async () => {
      await remove({ library: library.id, purge }).unwrap();
      onClose();
    });
  return (
    <Dialog title={t`Remove ${library.name}?`} onClose={onClose}>
      <div className={styles.section}>
        <p>
          <Trans>
            Its files stay where they are. Hidden, it keeps likes and plays and comes back when you
            add the folder again. Forgotten, everything known of it goes.
          </Trans>
        </p>
      </div>
      <div className={styles.buttons}>
        <Button look="strong" onClick={() => act(false)}>
          <Trans>Hide it</Trans>
        </Button>
        <Button onClick={() => act(true)}>
          <Trans>Forget it</Trans>
        </Button>
      </div>
      {dialog}
    </Dialog>
  );
}
