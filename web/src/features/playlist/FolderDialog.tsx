import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import type { ApiError } from "../../api/errors";
import type { Folder, Playlist } from "../../api/extension";
import { playlistApi } from "../../api/playlists";
import { Icon } from "../../design/icons";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";
import styles from "./adding.module.css";
import { liesIn } from "./tree";

type Asked =
  | { kind: "name"; folder: Folder | null; parent: string | null }
  | { kind: "move"; list?: Playlist; folder?: Folder };

/** Names a folder, or asks which one something goes into. */
export default function FolderDialog({
  asked,
  folders,
  onClose,
  onPlace,
}: {
  asked: Asked;
  folders: readonly Folder[];
  onClose: () => void;
  onPlace: (parent: string | null) => void;
}) {
  return asked.kind === "name" ? (
    <Naming asked={asked} onClose={onClose} />
  ) : (
    <Moving asked={asked} folders={folders} onClose={onClose} onPlace={onPlace} />
  );
}

function Naming({
  asked: { folder, parent },
  onClose,
}: {
  asked: { folder: Folder | null; parent: string | null };
  onClose: () => void;
}) {
  const [create] = playlistApi.useCreateFolderMutation();
  const [rename] = playlistApi.useRenameFolderMutation();
  const [name, setName] = useState(folder?.name ?? "");
  const [wrong, setWrong] = useState("");
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim() || t`New folder`;
    try {
      if (folder) await rename({ id: folder.id, name: called }).unwrap();
      else await create({ name: called, parent_id: parent }).unwrap();
      onClose();
    } catch (cause) {
      setWrong((cause as ApiError).message);
    }
  };
  return (
    <Dialog title={folder ? t`Rename folder` : t`New folder`} onClose={onClose}>
      <form onSubmit={save}>
        <Field
          label={t`Name`}
          value={name}
          wrong={wrong || undefined}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
        <footer className={styles.actions}>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="strong">
            <Trans>Save</Trans>
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function Moving({
  asked: { list, folder },
  folders,
  onClose,
  onPlace,
}: {
  asked: { list?: Playlist; folder?: Folder };
  folders: readonly Folder[];
  onClose: () => void;
  onPlace: (parent: string | null) => void;
}) {
  const name = list?.name ?? folder?.name ?? "";
  const now = (list ? list.folder_id : folder?.parent_id) ?? null;
  const places = folders.filter(({ id }) => !folder || !liesIn(folders, id, folder.id));
  const choose = (parent: string | null) => {
    onPlace(parent);
    onClose();
  };
  const path = (id: string | null): string => {
    const found = folders.find((each) => each.id === id);
    if (!found) return "";
    const above = path(found.parent_id);
    return above ? `${above} / ${found.name}` : found.name;
  };
  return (
    <Dialog title={t`Move “${name}”`} onClose={onClose}>
      <ul className={styles.lists}>
        <li>
          <button type="button" disabled={now === null} onClick={() => choose(null)}>
            <Icon name="library" />
            <b>
              <Trans>Into no folder</Trans>
            </b>
          </button>
        </li>
        {places.map(({ id }) => (
          <li key={id}>
            <button type="button" disabled={now === id} onClick={() => choose(id)}>
              <Icon name="folder" />
              <b dir="auto">{path(id)}</b>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
