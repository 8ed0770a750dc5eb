import { t } from "@lingui/core/macro";
import { useState } from "react";
import { notices } from "../app/notices";
import { useSend } from "../app/store";
import { IconButton } from "../design/parts/Button";
import { useAddToPlaylist } from "../features/playlist/adding";
import type { QueueTrack } from "../player/queue";
import { useQueueing } from "./actions";
import { number } from "./format";
import styles from "./SelectionBar.module.css";

/** What can be done with all that is chosen in a list. */
export function SelectionBar({
  count,
  fetchTracks,
  onKeep,
  onRemove,
  onClear,
}: {
  count: number;
  fetchTracks: () => Promise<QueueTrack[]>;
  onKeep: (uris: string[]) => void;
  onRemove?: (() => void) | undefined;
  onClear: () => void;
}) {
  const send = useSend();
  const [busy, setBusy] = useState(false);
  const { playNext, append } = useQueueing();
  const adding = useAddToPlaylist();
  const all = (act: (tracks: QueueTrack[]) => void) => async () => {
    setBusy(true);
    try {
      act(await fetchTracks());
    } catch {
      send(notices.told(t`That could not be fetched. Try again.`, { tone: "bad" }));
    } finally {
      setBusy(false);
    }
  };
  const uris = (tracks: QueueTrack[]) => tracks.map(({ uri }) => uri);
  return (
    <>
      <div className={styles.bar} role="toolbar" aria-label={t`With what is chosen`}>
        <b role="status">{t`${number(count)} chosen`}</b>
        <IconButton icon="queue" label={t`Play next`} disabled={busy} onClick={all(playNext)} />
        <IconButton icon="plus" label={t`Add to queue`} disabled={busy} onClick={all(append)} />
        <IconButton
          icon="note"
          label={t`Add to a playlist…`}
          disabled={busy}
          onClick={all((tracks) => adding.ask(uris(tracks)))}
        />
        <IconButton
          icon="heart"
          label={t`Add to your library`}
          disabled={busy}
          onClick={all((tracks) => onKeep(uris(tracks)))}
        />
        {onRemove && (
          <IconButton icon="trash" label={t`Remove from this list`} onClick={onRemove} />
        )}
        <IconButton icon="close" label={t`Choose nothing`} onClick={onClear} />
      </div>
      {adding.dialog}
    </>
  );
}
