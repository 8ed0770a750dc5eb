import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Playlist } from "../../api/extension";
import { playlistApi } from "../../api/playlists";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import styles from "./adding.module.css";

export default function DeleteDialog({
  list,
  onClose,
  onDeleted,
}: {
  list: Playlist;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const send = useSend();
  const [remove, { isLoading }] = playlistApi.useDeletePlaylistMutation();
  const act = async () => {
    try {
      onDeleted();
      await remove(list.id).unwrap();
      send(notices.told(t`“${list.name}” is deleted`));
    } catch {
      send(notices.told(t`“${list.name}” could not be deleted.`, { tone: "bad" }));
    }
  };
  return (
    <Dialog title={t`Delete “${list.name}”?`} onClose={onClose}>
      <p className={styles.words}>
        {list.follower_count > 0 ? (
          <Trans>It goes for everybody who follows it, and cannot be brought back.</Trans>
        ) : (
          <Trans>It cannot be brought back. The songs in it stay in the library.</Trans>
        )}
      </p>
      <footer className={styles.actions}>
        <Button onClick={onClose}>
          <Trans>Keep it</Trans>
        </Button>
        <Button look="strong" disabled={isLoading} onClick={() => void act()}>
          <Trans>Delete</Trans>
        </Button>
      </footer>
    </Dialog>
  );
}
