import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { Icon, type IconName } from "../../design/icons";
import { usePlace } from "../../shell/scrolling";
import styles from "./LinkRows.module.css";

const ROW = 52;

export interface LinkRow {
  key: string;
  to: string;
  name: string;
  note?: string;
}

/** Ways that lead on, one under the other, however many. */
export function LinkRows({
  rows,
  icon,
  label,
  onEnd,
}: {
  rows: readonly LinkRow[];
  icon: IconName;
  label: string;
  /** The end is near: more may follow. */
  onEnd?: (() => void) | undefined;
}) {
  const list = useRef<HTMLUListElement>(null);
  const { scroller, offset } = usePlace(list);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    overscan: 10,
    scrollMargin: offset,
  });
  const seen = virtual.getVirtualItems();
  const near = (seen.at(-1)?.index ?? 0) >= rows.length - 20;
  useEffect(() => {
    if (near) onEnd?.();
  }, [near, onEnd]);
  return (
    <ul
      ref={list}
      className={styles.rows}
      aria-label={label}
      style={{ height: virtual.getTotalSize() }}
    >
      {seen.map(({ index, start }) => {
        const row = rows[index];
        return (
          row && (
            <li key={row.key} style={{ transform: `translateY(${start - offset}px)` }}>
              <Link to={row.to}>
                <Icon name={icon} size={20} />
                <span dir="auto">{row.name}</span>
                {row.note && <small>{row.note}</small>}
                <Icon name="chevronRight" size={18} />
              </Link>
            </li>
          )
        );
      })}
    </ul>
  );
}
