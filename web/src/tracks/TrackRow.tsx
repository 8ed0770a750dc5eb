import { t } from "@lingui/core/macro";
import { type MouseEvent, memo, type PointerEvent, type ReactNode } from "react";
import { Link } from "react-router";
import { useApp } from "../app/store";
import { Icon } from "../design/icons";
import { IconButton } from "../design/parts/Button";
import { Cover } from "../design/parts/Cover";
import { outOfReach } from "../offline/state";
import type { QueueTrack } from "../player/queue";
import { clock } from "./format";
import { useHint } from "./hint";
import styles from "./TrackRow.module.css";

export interface RowProps {
  track: QueueTrack;
  /** What stands first: a number; its cover if left out. */
  lead?: ReactNode;
  current?: boolean;
  sounding?: boolean;
  selected?: boolean;
  dimmed?: boolean;
  showAlbum?: boolean;
  /** What stands in the place of album and length: the columns of a table. */
  cells?: ReactNode;
  saved?: boolean | undefined;
  onPlay: () => void;
  onSave?: (() => void) | undefined;
  onMenu?: ((event: MouseEvent<HTMLElement>) => void) | undefined;
  onSelect?: ((event: MouseEvent<HTMLElement>) => void) | undefined;
  /** A press that may become a drag: anywhere by mouse, on the handle by finger. */
  onGrab?: ((event: PointerEvent<HTMLElement>) => void) | undefined;
  /** Whether rows change places: then they have a handle. */
  movable?: boolean;
}

export const ArtistLinks = ({ artists }: { artists: { id: string; name: string }[] }) =>
  artists.map(({ id, name }, place) => (
    <span key={id || name}>
      {place > 0 && ", "}
      {id ? <Link to={`/artist/${id}`}>{name}</Link> : name}
    </span>
  ));

export const TrackRow = memo(function TrackRow(props: RowProps) {
  const { track, lead, current, sounding, selected, showAlbum = true } = props;
  const away = useApp(({ offline }) => outOfReach(offline, track.id));
  const dimmed = props.dimmed || away;
  const hint = useHint(dimmed ? null : track);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the button in it does the same by keyboard
    <div
      className={`${styles.row} ${current ? styles.current : ""} ${selected ? styles.selected : ""} ${dimmed ? styles.dimmed : ""}`}
      onClick={props.onSelect}
      onDoubleClick={dimmed ? undefined : props.onPlay}
      onContextMenu={props.onMenu}
      onPointerDown={(event) => event.pointerType !== "touch" && props.onGrab?.(event)}
      {...hint}
    >
      <span className={styles.lead}>
        {current && sounding ? (
          <span className={styles.sounding} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        ) : (
          <span className={styles.number}>
            {lead ?? <Cover src={track.album?.cover ?? null} />}
          </span>
        )}
        <button
          type="button"
          className={styles.play}
          aria-label={t`Play ${track.name}`}
          onClick={props.onPlay}
          disabled={dimmed}
        >
          <Icon name={current && sounding ? "pause" : "play"} size={16} />
        </button>
      </span>
      <span className={styles.names}>
        <span className={styles.name} dir="auto">
          {track.name}
          {track.explicit && (
            <abbr className={styles.explicit} title={t`Explicit`}>
              E
            </abbr>
          )}
        </span>
        <span className={styles.artists} dir="auto">
          <ArtistLinks artists={track.artists} />
        </span>
      </span>
      {props.cells}
      {showAlbum && !props.cells && (
        <span className={styles.album} dir="auto">
          {track.album?.id ? (
            <Link to={`/album/${track.album.id}`}>{track.album.name}</Link>
          ) : (
            track.album?.name
          )}
        </span>
      )}
      <span className={styles.acts}>
        {props.onSave && (
          <IconButton
            icon="heart"
            size={18}
            filled={props.saved === true}
            pressed={props.saved === true}
            label={
              props.saved
                ? t`Remove ${track.name} from your library`
                : t`Add ${track.name} to your library`
            }
            className={props.saved ? "" : styles.shy}
            onClick={props.onSave}
          />
        )}
      </span>
      {!props.cells && <span className={styles.time}>{clock(track.duration_ms)}</span>}
      {props.movable && (
        <span
          className={styles.handle}
          aria-hidden="true"
          onPointerDown={(event) => event.pointerType === "touch" && props.onGrab?.(event)}
        >
          <Icon name="drag" size={18} />
        </span>
      )}
      {props.onMenu && (
        <IconButton
          icon="more"
          label={t`More about ${track.name}`}
          onClick={props.onMenu}
          aria-haspopup="menu"
        />
      )}
    </div>
  );
});
