import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { useApp } from "../app/store";
import type { QueueTrack } from "../player/queue";
import { usePlace } from "../shell/scrolling";
import { useToggle } from "./actions";
import { useTrackMenu } from "./menu";
import { useSaved } from "./saved";
import styles from "./TrackList.module.css";
import { TrackRow } from "./TrackRow";

const ROW = 56;

export interface ListedTrack {
  key: string;
  /** Null while the page that it stands on is on its way. */
  track: QueueTrack | null;
  lead?: ReactNode;
  dimmed?: boolean;
}

/** Tracks under each other; only those in sight are in the page, however many there are. */
export function TrackList({
  label,
  tracks,
  onPlay,
  showAlbum = true,
  onSeen,
}: {
  label: string;
  tracks: readonly ListedTrack[];
  onPlay: (place: number) => void;
  showAlbum?: boolean;
  /** Which places are in sight: for lists that fetch as they go. */
  onSeen?: (first: number, last: number) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const { scroller, offset } = usePlace(list);
  const virtual = useVirtualizer({
    count: tracks.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (place) => tracks[place]?.key ?? place,
    onChange: ({ range }) => range && onSeen?.(range.startIndex, range.endIndex),
  });
  const seen = virtual.getVirtualItems();
  const current = useApp(({ queue }) => queue.current?.track.id);
  const { playing, toggle } = useToggle();
  const { saved, toggle: keep } = useSaved(
    seen.flatMap(({ index }) => tracks[index]?.track?.uri ?? []),
  );
  const { menu, open } = useTrackMenu();
  return (
    <div
      ref={list}
      role="table"
      aria-label={label}
      aria-rowcount={tracks.length}
      className={styles.list}
    >
      <div role="rowgroup" style={{ height: virtual.getTotalSize() }} className={styles.all}>
        {seen.map(({ index, key, start }) => {
          const listed = tracks[index];
          const track = listed?.track;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: what is in it takes the focus
            <div
              key={key}
              role="row"
              aria-rowindex={index + 1}
              className={styles.place}
              style={{ transform: `translateY(${start - offset}px)` }}
            >
              <div role="cell">
                {track ? (
                  <TrackRow
                    track={track}
                    lead={listed.lead}
                    dimmed={listed.dimmed ?? false}
                    showAlbum={showAlbum}
                    current={track.id === current}
                    sounding={playing}
                    saved={saved(track.uri)}
                    onSave={() => keep(track.uri)}
                    onMenu={(event) => open(event, [track])}
                    onPlay={() => (track.id === current ? toggle() : onPlay(index))}
                  />
                ) : (
                  <div className={styles.coming} />
                )}
              </div>
            </div>
          );
        })}
      </div>
      {menu}
    </div>
  );
}
