import type { ReactNode } from "react";
import styles from "./Rows.module.css";

export function Rows({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <ul className={styles.rows} aria-label={label}>
      {children}
    </ul>
  );
}

/** A line: what it is, what is to be said of it, and what can be done. */
export function Row({
  title,
  note,
  dimmed = false,
  children,
}: {
  title: ReactNode;
  note?: ReactNode;
  dimmed?: boolean;
  children?: ReactNode;
}) {
  return (
    <li className={dimmed ? styles.dimmed : ""}>
      <span className={styles.words}>
        <b dir="auto">{title}</b>
        {note && <small dir="auto">{note}</small>}
      </span>
      {children && <span className={styles.actions}>{children}</span>}
    </li>
  );
}
