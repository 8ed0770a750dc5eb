import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Skeleton } from "../../design/parts/States";
import { usePlace } from "../../shell/scrolling";
import styles from "./CardGrid.module.css";
import { type LetterPlace, LetterRail } from "./LetterRail";

const LEAST = 156;
const GAP = 16;
/** Name, note, and the way to the next row. */
const WORDS = 80;

/** Cards in rows, of which only those in sight are in the page; with a rail of letters where there are some. */
export function CardGrid({
  count,
  at,
  onSeen,
  letters,
}: {
  count: number;
  /** Null while it is on its way. */
  at: (place: number) => ReactNode;
  onSeen: (first: number, last: number) => void;
  letters?: readonly LetterPlace[] | undefined;
}) {
  const list = useRef<HTMLDivElement>(null);
  const { scroller, offset } = usePlace(list);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const watching = new ResizeObserver(() => setWidth(element.clientWidth));
    watching.observe(element);
    setWidth(element.clientWidth);
    return () => watching.disconnect();
  }, []);
  const across = Math.max(2, Math.floor((width + GAP) / (LEAST + GAP)));
  const row = Math.round((width - GAP * (across - 1)) / across + WORDS);
  const virtual = useVirtualizer({
    count: width ? Math.ceil(count / across) : 0,
    getScrollElement: () => scroller,
    estimateSize: () => row,
    overscan: 2,
    scrollMargin: offset,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew
  useEffect(() => virtual.measure(), [virtual, row]);
  const seen = virtual.getVirtualItems();
  const [first, last] = [
    (seen[0]?.index ?? 0) * across,
    Math.min(count, ((seen.at(-1)?.index ?? 0) + 1) * across) - 1,
  ];
  useEffect(() => {
    if (width && last >= first) onSeen(first, last);
  }, [width, first, last, onSeen]);
  const inSight = seen.find(({ end }) => end > (virtual.scrollOffset ?? 0) + 60)?.index ?? 0;
  return (
    <div className={letters?.length ? styles.lettered : ""}>
      <div ref={list} className={styles.all} style={{ height: virtual.getTotalSize() }}>
        {seen.map(({ index, key, start }) => (
          <ul
            key={key}
            className={styles.row}
            style={
              {
                "--across": across,
                transform: `translateY(${start - offset}px)`,
              } as React.CSSProperties
            }
          >
            {Array.from({ length: Math.min(across, count - index * across) }, (_, column) => {
              const place = index * across + column;
              return at(place) ?? <Coming key={place} />;
            })}
          </ul>
        ))}
      </div>
      {letters && letters.length > 0 && (
        <LetterRail
          letters={letters}
          at={Math.min(count, (inSight + 1) * across) - 1}
          onGo={(place) => virtual.scrollToIndex(Math.floor(place / across), { align: "start" })}
        />
      )}
    </div>
  );
}

const Coming = () => (
  <li aria-hidden="true">
    <div className={styles.square}>
      <Skeleton height="100%" />
    </div>
    <Skeleton height="12px" width="72%" />
  </li>
);
