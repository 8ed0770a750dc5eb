import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useRef, useState } from "react";
import type { ApiError } from "../../api/errors";
import type { Playlist } from "../../api/extension";
import { playlistApi } from "../../api/playlists";
import type { Image } from "../../api/types";
import { Button } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Dialog } from "../../design/parts/Dialog";
import { Field, Switch } from "../../design/parts/Field";
import styles from "./EditDialog.module.css";
import { pictureOf } from "./picture";

/** Name, words, picture, and who may see and change a playlist. */
export default function EditDialog({
  list,
  images,
  onClose,
}: {
  list: Playlist;
  images: Image[] | undefined;
  onClose: () => void;
}) {
  const [change] = playlistApi.useChangePlaylistMutation();
  const [setCover] = playlistApi.useSetCoverMutation();
  const [name, setName] = useState(list.name);
  const [description, setDescription] = useState(list.description);
  const [isPublic, setPublic] = useState(list.public);
  const [collaborative, setCollaborative] = useState(list.collaborative);
  /** Base64; empty takes the picture away, null leaves it. */
  const [jpeg, setJpeg] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const words = useId();

  const choose = async (chosen: File | undefined) => {
    if (!chosen) return;
    try {
      setJpeg(await pictureOf(chosen));
      setWrong("");
    } catch {
      setWrong(t`This is no picture that the browser can read.`);
    }
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await change({
        id: list.id,
        changes: {
          name: name.trim() || list.name,
          description: description.trim(),
          public: isPublic,
          collaborative: collaborative && !isPublic,
        },
      }).unwrap();
      if (jpeg !== null) await setCover({ id: list.id, jpeg }).unwrap();
      onClose();
    } catch (cause) {
      setWrong((cause as ApiError).message);
      setBusy(false);
    }
  };
  const shown = jpeg ? `data:image/jpeg;base64,${jpeg}` : jpeg === "" ? null : pick(images, 160);
  const own = jpeg ? true : jpeg === null && list.cover !== null;
  return (
    <Dialog title={t`Edit playlist`} onClose={onClose}>
      <form onSubmit={save}>
        <div className={styles.top}>
          <div className={styles.picture}>
            <Cover src={shown} icon="note" eager />
            <Button look="quiet" onClick={() => file.current?.click()}>
              <Trans>Choose a picture</Trans>
            </Button>
            {own && (
              <Button look="quiet" onClick={() => setJpeg("")}>
                <Trans>Take it away</Trans>
              </Button>
            )}
            <input
              ref={file}
              type="file"
              accept="image/*"
              hidden
              aria-label={t`Choose a picture`}
              onChange={(event) => void choose(event.target.files?.[0])}
            />
          </div>
          <div>
            <Field
              label={t`Name`}
              value={name}
              maxLength={200}
              required
              onChange={(event) => setName(event.target.value)}
            />
            <div className={styles.words}>
              <label htmlFor={words}>
                <Trans>Description</Trans>
              </label>
              <textarea
                id={words}
                rows={4}
                maxLength={1000}
                value={description}
                onChange={(event) => setDescription(event.target.value)}
              />
            </div>
          </div>
        </div>
        <Switch
          label={t`Public`}
          note={t`Everybody on this server sees it.`}
          on={isPublic}
          onSwitch={setPublic}
        />
        {!list.rules && (
          <Switch
            label={t`Of several`}
            note={t`Whoever follows it may change it. Not for public ones.`}
            on={collaborative && !isPublic}
            onSwitch={(on) => {
              setCollaborative(on);
              if (on) setPublic(false);
            }}
          />
        )}
        {wrong && (
          <p role="alert" className={styles.wrong}>
            {wrong}
          </p>
        )}
        <footer className={styles.actions}>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="strong" disabled={busy}>
            <Trans>Save</Trans>
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
