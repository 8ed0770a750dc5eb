import { Trans, useLingui } from "@lingui/react/macro";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useRef, useState } from "react";
import { ui } from "../../app/interface";
import { useApp, useSend } from "../../app/store";
import { Button, IconButton } from "../../design/parts/Button";
import { Cover } from "../../design/parts/Cover";
import { Empty } from "../../design/parts/States";
import { type Entry, queue } from "../../player/queue";
import { useAddToPlaylist } from "../playlist/adding";
import { tracksAsked, useSharing } from "../sharing/sharing";
import styles from "./QueuePanel.module.css";

const ROW = 56;

type Line =
  | { kind: "heading"; key: string; text: string }
  | { kind: "entry"; key: string; entry: Entry; movable: boolean };

/** What plays, what follows, and what was. */
export default function QueuePanel() {
  const { t } = useLingui();
  const send = useSend();
  const { current, upNext, rest, played, context, undo } = useApp((root) => root.queue);
  const [history, setHistory] = useState(false);
  const [over, setOver] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const dragged = useRef<string | null>(null);
  const adding = useAddToPlaylist();
  const sharing = useSharing();
  const box = useRef<HTMLDivElement>(null);

  const entry = (each: Entry, movable: boolean): Line => ({
    kind: "entry",
    key: each.key,
    entry: each,
    movable,
  });
  const lines: Line[] = history
    ? played
        .toReversed()
        .map((each, place) => ({ ...entry(each, false), key: `${each.key} ${place}` }))
    : [
        ...(current
          ? [{ kind: "heading" as const, key: "now", text: t`Now` }, entry(current, false)]
          : []),
        ...(upNext.length
          ? [
              { kind: "heading" as const, key: "next", text: t`Next` },
              ...upNext.map((each) => entry(each, true)),
            ]
          : []),
        ...(rest.length
          ? [
              {
                kind: "heading" as const,
                key: "rest",
                text: context ? t`Next from ${context.name}` : t`Then`,
              },
              ...rest.map((each) => entry(each, true)),
            ]
          : []),
      ];
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 6,
    getItemKey: (place) => lines[place]?.key ?? place,
  });

  const follow = [...upNext, ...rest];
  const drop = (before: string | null) => {
    if (dragged.current) send(queue.moved({ key: dragged.current, before }));
    dragged.current = null;
    setOver(null);
  };
  const onKey = (event: KeyboardEvent, moving: Entry) => {
    const place = follow.findIndex(({ key }) => key === moving.key);
    if (event.key === "Delete" || event.key === "Backspace") send(queue.removed([moving.key]));
    else if (event.altKey && event.key === "ArrowUp" && place > 0) {
      send(queue.moved({ key: moving.key, before: follow[place - 1]?.key ?? null }));
      setSaid(t`Moved to place ${place}`);
    } else if (event.altKey && event.key === "ArrowDown" && place < follow.length - 1) {
      send(queue.moved({ key: moving.key, before: follow[place + 2]?.key ?? null }));
      setSaid(t`Moved to place ${place + 2}`);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={styles.panel}>
      <header>
        <h2>{history ? <Trans>Heard before</Trans> : <Trans>Queue</Trans>}</h2>
        <IconButton
          icon="clock"
          label={t`Heard before`}
          pressed={history}
          onClick={() => setHistory(!history)}
        />
        <IconButton
          icon="close"
          label={t`Close`}
          onClick={() => send(ui.changed({ panel: null }))}
        />
      </header>
      {!history && (follow.length > 0 || undo.length > 0) && (
        <div className={styles.tools}>
          <Button look="quiet" disabled={!undo.length} onClick={() => send(queue.undone())}>
            <Trans>Undo</Trans>
          </Button>
          <Button
            look="quiet"
            disabled={!follow.length}
            onClick={() =>
              adding.ask([...(current ? [current] : []), ...follow].map(({ track }) => track.uri))
            }
          >
            <Trans>Save</Trans>
          </Button>
          <Button
            look="quiet"
            disabled={!follow.length}
            onClick={() =>
              sharing.ask(
                tracksAsked([...(current ? [current] : []), ...follow].map(({ track }) => track)),
              )
            }
          >
            <Trans>Share</Trans>
          </Button>
          <Button look="quiet" disabled={!follow.length} onClick={() => send(queue.cleared())}>
            <Trans>Clear</Trans>
          </Button>
        </div>
      )}
      {!lines.length && (
        <Empty
          icon="queue"
          title={history ? <Trans>Nothing was heard yet</Trans> : <Trans>The queue is empty</Trans>}
        >
          <Trans>Play something, and what follows stands here.</Trans>
        </Empty>
      )}
      <div ref={box} className={styles.scroll}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const line = lines[index];
            if (!line) return null;
            if (line.kind === "heading")
              return (
                <li
                  key={key}
                  className={styles.heading}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <h3 dir="auto">{line.text}</h3>
                </li>
              );
            const { track } = line.entry;
            return (
              <li
                key={key}
                className={`${styles.entry} ${over === line.key ? styles.over : ""} ${line.key === current?.key ? styles.now : ""}`}
                style={{ transform: `translateY(${start}px)` }}
                draggable={line.movable}
                onDragStart={(event) => {
                  dragged.current = line.key;
                  event.dataTransfer.effectAllowed = "move";
                  event.dataTransfer.setData("text/plain", track.name);
                }}
                onDragOver={(event) => {
                  if (!line.movable || !dragged.current) return;
                  event.preventDefault();
                  setOver(line.key);
                }}
                onDragEnd={() => {
                  dragged.current = null;
                  setOver(null);
                }}
                onDrop={(event) => {
                  event.preventDefault();
                  drop(line.key);
                }}
              >
                <button
                  type="button"
                  className={styles.what}
                  aria-label={
                    line.movable
                      ? t`Play ${track.name}. Alt with arrows moves it, Delete takes it out.`
                      : track.name
                  }
                  onClick={() => line.movable && send(queue.jumped(line.key))}
                  onKeyDown={(event) => line.movable && onKey(event, line.entry)}
                >
                  <span className={styles.cover}>
                    <Cover src={track.album?.cover ?? null} />
                  </span>
                  <span className={styles.names}>
                    <b dir="auto">{track.name}</b>
                    <small dir="auto">{track.artists.map(({ name }) => name).join(", ")}</small>
                  </span>
                </button>
                {line.movable && (
                  <IconButton
                    icon="close"
                    size={16}
                    label={t`Take ${track.name} out`}
                    className={styles.remove}
                    onClick={() => send(queue.removed([line.key]))}
                  />
                )}
              </li>
            );
          })}
        </ul>
      </div>
      <span className="unseen" role="status">
        {said}
      </span>
      {adding.dialog}
      {sharing.dialog}
    </div>
  );
}
