import { t } from "@lingui/core/macro";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useApp } from "../app/store";
import { drag, useDrop } from "../design/drag";
import type { MenuItem } from "../design/parts/Menu";
import type { QueueTrack } from "../player/queue";
import { usePlace } from "../shell/scrolling";
import { useToggle } from "./actions";
import { useTrackMenu } from "./menu";
import { SelectionBar } from "./SelectionBar";
import { useSaved } from "./saved";
import { chosen, everything, inOrder, NONE, type Selection } from "./selection";
import styles from "./TrackList.module.css";
import { TrackRow } from "./TrackRow";

const ROW = 56;

export interface ListedTrack {
  key: string;
  /** Null while the page that it stands on is on its way. */
  track: QueueTrack | null;
  lead?: ReactNode;
  dimmed?: boolean;
  cells?: ReactNode;
}

/** A list that is too long to be made at once. */
export interface Listing {
  count: number;
  at: (place: number) => ListedTrack;
}

/** What a listener may change in a list. Places ascend. */
export interface Editing {
  move?: (places: number[], before: number) => void;
  remove: (places: number[]) => void;
}

/** Tracks under each other; only those in sight are in the page, however many there are. */
export function TrackList({
  label,
  tracks,
  onPlay,
  showAlbum = true,
  onSeen,
  fetchTracks,
  editing,
}: {
  label: string;
  tracks: readonly ListedTrack[] | Listing;
  onPlay: (place: number) => void;
  showAlbum?: boolean;
  /** Which places are in sight: for lists that fetch as they go. */
  onSeen?: (first: number, last: number) => void;
  /** The tracks at places that may not have been in sight; without those that cannot be played. */
  fetchTracks?: (places: number[]) => Promise<QueueTrack[]>;
  editing?: Editing | undefined;
}) {
  const listing = useMemo<Listing>(
    () =>
      "at" in tracks && "count" in tracks
        ? (tracks as Listing)
        : {
            count: tracks.length,
            at: (place) => tracks[place] ?? { key: String(place), track: null },
          },
    [tracks],
  );
  const { count, at } = listing;
  const list = useRef<HTMLDivElement>(null);
  const { scroller, offset } = usePlace(list);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    overscan: 8,
    scrollMargin: offset,
    // All places are measured anew when it is another function.
    getItemKey: useCallback((place: number) => at(place).key, [at]),
  });
  const seen = virtual.getVirtualItems();
  const [first, last] = [seen[0]?.index ?? 0, seen.at(-1)?.index ?? 0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has other places in sight
  useEffect(() => onSeen?.(first, last), [first, last, listing, onSeen]);

  const current = useApp(({ queue }) => queue.current?.track.id);
  const { playing, toggle } = useToggle();
  const known = seen.flatMap(({ index }) => at(index).track?.uri || []);
  const { saved, toggle: keep, add: keepAll } = useSaved(known);
  const { menu, open } = useTrackMenu();

  const [selection, setSelection] = useState<Selection>(NONE);
  const [cursor, setCursor] = useState(0);
  const [line, setLine] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const focusing = useRef(false);
  const [counted, setCounted] = useState(count);
  if (counted !== count) {
    setCounted(count);
    setSelection(NONE);
    setCursor(Math.min(cursor, Math.max(0, count - 1)));
  }
  const places = () => inOrder(selection.places);
  const fetchAll = async (wanted: number[]): Promise<QueueTrack[]> =>
    fetchTracks
      ? fetchTracks(wanted)
      : wanted.flatMap((place) => {
          const { track, dimmed } = at(place);
          return track?.id && !dimmed ? track : [];
        });

  useEffect(() => {
    if (!focusing.current) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-place="${cursor}"]`);
    if (!row) return;
    // Until its track is there: then it gets its own key, and would lose the focus.
    focusing.current = at(cursor).track === null;
    row.focus({ preventScroll: true });
  });
  const goTo = (place: number) => {
    focusing.current = true;
    setCursor(place);
    virtual.scrollToIndex(place);
  };

  const move = (wanted: number[], before: number) => {
    if (!editing?.move || !wanted.length) return;
    editing.move(wanted, before);
    const start = before - wanted.filter((place) => place < before).length;
    if (selection.places.size)
      setSelection({ places: new Set(wanted.map((_, step) => start + step)), anchor: start });
    goTo(start);
    setSaid(t`Moved to place ${start + 1} of ${count}`);
  };
  const remove = (wanted: number[]) => {
    setSelection(NONE);
    editing?.remove(wanted);
  };
  const meant = (place: number): number[] => (selection.places.has(place) ? places() : [place]);

  const onMenu = (event: MouseEvent<HTMLElement>, place: number) => {
    const wanted = meant(place);
    const more: MenuItem[] = [
      {
        label: selection.places.has(place) ? t`Do not choose` : t`Choose`,
        icon: "check",
        apart: true,
        act: () => setSelection(chosen(selection, place, { add: true })),
      },
      ...(editing
        ? [{ label: t`Remove from this list`, icon: "trash" as const, act: () => remove(wanted) }]
        : []),
    ];
    const shown = wanted.flatMap((each) => at(each).track ?? []);
    open(event, wanted.length === 1 ? shown : shown.slice(0, 2), {
      more,
      whole: () => fetchAll(wanted),
    });
  };

  const touched = useRef(false);
  const onSelect = (event: MouseEvent<HTMLElement>, place: number) => {
    if ((event.target as Element).closest("a, button")) return;
    setCursor(place);
    if (touched.current && !selection.places.size) {
      if (!at(place).dimmed) onPlay(place);
      return;
    }
    const add = event.ctrlKey || event.metaKey || touched.current;
    setSelection(chosen(selection, place, { add, range: event.shiftKey }));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const place = Number((event.target as HTMLElement).dataset.place ?? Number.NaN);
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === "a") setSelection(everything(count));
    else if (event.key === "Escape" && selection.places.size) setSelection(NONE);
    else if (event.key === "Delete" && editing && (selection.places.size || place >= 0))
      remove(selection.places.size ? places() : [place]);
    else if (Number.isNaN(place)) return;
    else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      const wanted = meant(place);
      const [top, bottom] = [wanted[0] ?? place, wanted.at(-1) ?? place];
      if (event.key === "ArrowUp" && top > 0) move(wanted, top - 1);
      else if (event.key === "ArrowDown" && bottom < count - 1) move(wanted, bottom + 2);
    } else if (event.key === "Enter" && !control) {
      if (!at(place).dimmed) onPlay(place);
    } else if (event.key === " " && control) setSelection(chosen(selection, place, { add: true }));
    else {
      const steps: Record<string, number> = {
        ArrowUp: place - 1,
        ArrowDown: place + 1,
        PageUp: place - 10,
        PageDown: place + 10,
        Home: 0,
        End: count - 1,
      };
      const step = steps[event.key];
      if (step === undefined || event.altKey) return;
      const next = Math.min(count - 1, Math.max(0, step));
      if (event.shiftKey) {
        const begun = selection.anchor === null ? chosen(NONE, place) : selection;
        setSelection(chosen(begun, next, { range: true }));
      }
      goTo(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const placeAt = (y: number): number => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    return Math.min(count, Math.max(0, Math.round((y - top) / ROW)));
  };
  const lifted = useRef<number[]>([]);
  const target = useDrop<HTMLDivElement>({
    accepts: (dragged) => Boolean(editing?.move) && dragged.from === label,
    over: ({ y }) => setLine(placeAt(y)),
    left: () => setLine(null),
    drop: (_, { y }) => {
      setLine(null);
      move(lifted.current, placeAt(y));
    },
  });

  const chosenCount = selection.places.size;
  const tabbed = cursor >= first && cursor <= last ? cursor : first;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the rows in it take the focus
    <div
      ref={list}
      className={styles.list}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        touched.current = event.pointerType === "touch";
      }}
      onDragStart={(event) => event.preventDefault()}
    >
      <div
        ref={target}
        role="grid"
        aria-label={label}
        aria-rowcount={count}
        aria-multiselectable="true"
        style={{ height: virtual.getTotalSize() }}
        className={styles.all}
      >
        {seen.map(({ index, key, start }) => {
          const listed = at(index);
          const { track } = listed;
          const selected = selection.places.has(index);
          return (
            <div
              key={key}
              role="row"
              data-place={index}
              tabIndex={index === tabbed ? 0 : -1}
              aria-rowindex={index + 1}
              aria-selected={selected}
              className={styles.place}
              style={{ transform: `translateY(${start - offset}px)` }}
            >
              {/* biome-ignore lint/a11y/useFocusableInteractive: its row takes the focus */}
              <div role="gridcell">
                {track ? (
                  <TrackRow
                    track={track}
                    lead={listed.lead}
                    cells={listed.cells}
                    dimmed={listed.dimmed ?? false}
                    showAlbum={showAlbum}
                    current={track.id !== "" && track.id === current}
                    sounding={playing}
                    selected={selected}
                    movable={editing?.move !== undefined}
                    saved={saved(track.uri)}
                    onSave={track.uri ? () => keep(track.uri) : undefined}
                    onMenu={(event) => onMenu(event, index)}
                    onSelect={(event) => onSelect(event, index)}
                    onGrab={(event) =>
                      drag(event, () => {
                        lifted.current = meant(index);
                        const all = lifted.current.length;
                        return {
                          kind: "tracks",
                          from: label,
                          label: all > 1 ? t`${all} songs` : track.name,
                          uris: async () => (await fetchAll(lifted.current)).map(({ uri }) => uri),
                        };
                      })
                    }
                    onPlay={() => (track.id === current ? toggle() : onPlay(index))}
                  />
                ) : (
                  <div className={styles.coming} />
                )}
              </div>
            </div>
          );
        })}
        {line !== null && (
          <div className={styles.line} style={{ transform: `translateY(${line * ROW}px)` }} />
        )}
      </div>
      {chosenCount > 0 && (
        <SelectionBar
          count={chosenCount}
          fetchTracks={() => fetchAll(places())}
          onKeep={keepAll}
          onRemove={editing && (() => remove(places()))}
          onClear={() => setSelection(NONE)}
        />
      )}
      <span className="unseen" role="status">
        {said}
      </span>
      {menu}
    </div>
  );
}
