import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { LibraryView } from "../../api/extension";
import { houseApi } from "../../api/house";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Icon } from "../../design/icons";
import { Button, IconButton } from "../../design/parts/Button";
import { number } from "../../tracks/format";
import admin from "./Admin.module.css";
import styles from "./Uploads.module.css";
import {
  type Chosen,
  cancel,
  chosen,
  clear,
  dropped,
  type Going,
  isOver,
  retry,
  upload,
  useUploads,
  whenEnded,
} from "./uploading";

/** Where files are dropped into the libraries that allow it. */
export default function Uploads({ libraries }: { libraries: readonly LibraryView[] }) {
  const send = useSend();
  useEffect(
    () =>
      whenEnded(() =>
        send(houseApi.util.invalidateTags(["Libraries", "Findings", "Played" as never])),
      ),
    [send],
  );
  return (
    <section className={admin.section} aria-labelledby="uploads">
      <h2 id="uploads">
        <Trans>Add music</Trans>
      </h2>
      {libraries.map((library) => (
        <Zone key={library.id} library={library} />
      ))}
    </section>
  );
}

function Zone({ library }: { library: LibraryView }) {
  const send = useSend();
  const going = useUploads().filter((each) => each.library === library.id);
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (found: readonly Chosen[]) => {
    const left = upload(library.id, found);
    if (left > 0) {
      const words = t`Left out, since no library holds such files: ${number(left)}`;
      send(notices.told(words));
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void dropped(event.dataTransfer).then(take);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it do the same by key */}
      <div
        className={`${styles.zone} ${over ? styles.over : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
        }}
        onDrop={drop}
      >
        <span className={styles.sign}>
          <Icon name="download" size={26} />
        </span>
        <span className={styles.words}>
          <b dir="auto">
            <Trans>Drop files or folders into {library.name}</Trans>
          </b>
          <small>
            <Trans>Music, covers and lyrics. Nothing that is there is written over.</Trans>
          </small>
        </span>
        <span className={admin.buttons}>
          <Button onClick={() => files.current?.click()}>
            <Trans>Choose files</Trans>
          </Button>
          <Button onClick={() => folder.current?.click()}>
            <Trans>Choose a folder</Trans>
          </Button>
        </span>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          aria-label={t`Files for ${library.name}`}
          onChange={({ target }) => {
            if (target.files) take(chosen(target.files));
            target.value = "";
          }}
        />
        <input
          ref={folder}
          type="file"
          multiple
          hidden
          aria-label={t`Folder for ${library.name}`}
          {...{ webkitdirectory: "" }}
          onChange={({ target }) => {
            if (target.files) take(chosen(target.files));
            target.value = "";
          }}
        />
      </div>
      {going.length > 0 && <Line library={library} going={going} />}
    </>
  );
}

function Line({ library, going }: { library: LibraryView; going: readonly Going[] }) {
  const left = going.filter((each) => !isOver(each)).length;
  return (
    <div className={styles.line}>
      <div className={admin.top}>
        <strong aria-live="polite">
          {left > 0 ? (
            <Plural value={left} one="# file is on its way" other="# files are on their way" />
          ) : (
            <Trans>Everything has arrived</Trans>
          )}
        </strong>
        {left < going.length && (
          <Button look="quiet" onClick={() => clear(library.id)}>
            <Trans>Clear the list</Trans>
          </Button>
        )}
      </div>
      <ul className={styles.files} aria-label={t`Files on their way into ${library.name}`}>
        {going.map((each) => (
          <File key={each.key} going={each} />
        ))}
      </ul>
    </div>
  );
}

function File({ going }: { going: Going }) {
  const { path, stage, sent, file, problem, album, key } = going;
  const cut = path.lastIndexOf("/") + 1;
  const name = path.slice(cut);
  return (
    <li className={stage === "failed" ? styles.failed : ""}>
      <span className={styles.name}>
        <b dir="auto">{name}</b>
        <small dir="auto">{problem ?? path.slice(0, cut).replace(/\/$/, "")}</small>
      </span>
      <span className={styles.state}>
        {stage === "sending" && (
          <progress max={file.size || 1} value={sent} aria-label={t`${name}: sent so far`} />
        )}
        {stage === "waiting" && <Trans>Waits</Trans>}
        {stage === "reading" && <Trans>Is being read</Trans>}
        {stage === "same" && <Trans>Was there already</Trans>}
        {stage === "done" &&
          (album ? (
            <Link to={`/album/${album}`}>
              <Trans>See the album</Trans>
            </Link>
          ) : (
            <Trans>Done</Trans>
          ))}
        {stage === "failed" && (
          <Button look="quiet" onClick={() => retry(key)}>
            <Trans>Try again</Trans>
          </Button>
        )}
      </span>
      {isOver(going) ? (
        <Icon name={stage === "failed" ? "warning" : "check"} size={18} />
      ) : (
        <IconButton icon="close" size={16} label={t`Stop ${name}`} onClick={() => cancel(key)} />
      )}
    </li>
  );
}
