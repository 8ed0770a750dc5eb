import { t } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type FormEvent, useEffect, useState } from "react";
import { at } from "../../api/base";
import type { ApiError } from "../../api/errors";
import type { ScanStatus } from "../../api/extension";
import { houseApi } from "../../api/house";
import { webApi } from "../../api/webapi";
import { useSend } from "../../app/store";
import { Icon } from "../../design/icons";
import { Button } from "../../design/parts/Button";
import { Field } from "../../design/parts/Field";
import styles from "./FirstRun.module.css";
import { isRunning, ScanBar, useScan } from "./Scanning";
import { welcome } from "./welcome";

const LOOK_MS = 1000;

/** What is wrong with a folder, in words for whoever typed it. */
function wrong(error: ApiError): string {
  const message = error.message.toLowerCase();
  if (error.status === 0) return t`The server does not answer. Try again in a moment.`;
  if (message.includes("absolute")) return t`Write the whole path, from the first slash on.`;
  if (message.includes("permission"))
    return t`The server is not allowed to read that folder. Give its user the right to, then try again.`;
  if (error.code === "catalog.bad_library_path" && /not there|no such|does not exist/.test(message))
    return t`There is no such folder on the server.`;
  return error.message.charAt(0).toUpperCase() + error.message.slice(1);
}

/** The first thing an administrator sees: where the music is, and how it is being read. */
export default function FirstRun() {
  const send = useSend();
  const scan = useScan(true);
  const { data: libraries } = houseApi.useLibrariesQuery();
  const running = scan !== null && isRunning(scan);
  const [again, setAgain] = useState(false);
  useEffect(() => {
    if (!running) return;
    // Songs can be played while the rest is still being read: the page looks for the first.
    const timer = setInterval(
      () => void send(webApi.endpoints.server.initiate(undefined, { forceRefetch: true })),
      LOOK_MS,
    );
    return () => clearInterval(timer);
  }, [running, send]);
  useEffect(() => {
    if (scan && !running)
      void send(webApi.endpoints.server.initiate(undefined, { forceRefetch: true }));
  }, [scan, running, send]);
  const has = Boolean(libraries?.items.length);
  return (
    <section className={styles.page}>
      <img src={at("/site/nightingale.svg")} alt="" width={112} height={112} />
      <h1>
        {running ? <Trans>The first songs are coming</Trans> : <Trans>Where is your music?</Trans>}
      </h1>
      {running ? (
        <Reading scan={scan} />
      ) : (
        <>
          <p className={styles.lead}>
            <Trans>
              Name a folder on the server, or a bucket. Philomel only reads it: nothing in it is
              ever changed.
            </Trans>
          </p>
          {has && scan && !again && <NothingFound scan={scan} onAgain={() => setAgain(true)} />}
          {(!has || !scan || again) && <AddFolder onAdded={() => setAgain(false)} />}
        </>
      )}
    </section>
  );
}

function Reading({ scan }: { scan: ScanStatus }) {
  return (
    <div className={styles.card} aria-live="polite">
      <strong className={styles.count}>
        <Plural value={scan.found} one="# file found" other="# files found" />
      </strong>
      <ScanBar scan={scan} />
      <p>
        <Trans>
          You can begin to listen as soon as the first album is here, and go on while the rest is
          being read.
        </Trans>
      </p>
    </div>
  );
}

function NothingFound({ scan, onAgain }: { scan: ScanStatus; onAgain: () => void }) {
  const { data: libraries } = houseApi.useLibrariesQuery();
  const [start, { isLoading }] = houseApi.useStartScanMutation();
  const paths = libraries?.items.map(({ path, name }) => path ?? name).join(", ");
  return (
    <div className={styles.card} role="alert">
      <Icon name="warning" size={26} />
      <h2>
        {scan.phase === "failed" ? (
          <Trans>That folder could not be read</Trans>
        ) : scan.errors ? (
          <Trans>No file in it could be played</Trans>
        ) : (
          <Trans>No audio files are in it</Trans>
        )}
      </h2>
      <p>
        {scan.error ?? (
          <Trans>
            Philomel looked through <b>{paths}</b>. Put music there, or name another folder.
          </Trans>
        )}
      </p>
      <div className={styles.buttons}>
        <Button look="strong" disabled={isLoading} onClick={() => void start({})}>
          <Trans>Look again</Trans>
        </Button>
        <Button onClick={onAgain}>
          <Trans>Another folder</Trans>
        </Button>
      </div>
    </div>
  );
}

function AddFolder({ onAdded }: { onAdded: () => void }) {
  const { t } = useLingui();
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const [add, adding] = houseApi.useAddLibraryMutation();
  const [start, starting] = houseApi.useStartScanMutation();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem("");
    try {
      await add({ path: path.trim(), ...(name.trim() && { name: name.trim() }) }).unwrap();
      welcome.begin();
      await start({}).unwrap();
      onAdded();
    } catch (error) {
      setProblem(wrong(error as ApiError));
    }
  };
  const busy = adding.isLoading || starting.isLoading;
  return (
    <form className={styles.card} onSubmit={(event) => void submit(event)}>
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
      <Field
        label={t`Name`}
        note={t`The folder's own name if you leave it empty.`}
        value={name}
        maxLength={64}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
      <Button look="strong" type="submit" disabled={busy || !path.trim()}>
        {busy ? <Trans>Looking…</Trans> : <Trans>Read my music</Trans>}
      </Button>
    </form>
  );
}
