import type { ReactNode } from "react";
import { Link } from "react-router";
import type { IconName } from "../icons";
import { Cover } from "./Cover";
import styles from "./Shelf.module.css";
import { Skeleton } from "./States";

/** A row of cards under a heading; on phones it slides. */
export function Shelf({
  title,
  more,
  children,
}: {
  title: ReactNode;
  more?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.shelf}>
      <header>
        <h2>{title}</h2>
        {more}
      </header>
      <ul className={styles.cards}>{children}</ul>
    </section>
  );
}

export function Grid({ children }: { children: ReactNode }) {
  return <ul className={styles.grid}>{children}</ul>;
}

/** One thing: its picture, its name, and how to play it. */
export function Card({
  to,
  src,
  title,
  note,
  round = false,
  icon = "album",
  action,
}: {
  to: string;
  src: string | null;
  title: string;
  note?: ReactNode;
  round?: boolean;
  icon?: IconName;
  action?: ReactNode;
}) {
  return (
    <li className={styles.card}>
      <Link to={to} className={styles.link} draggable={false}>
        <Cover src={src} round={round} icon={icon} />
        <span className={styles.title} dir="auto">
          {title}
        </span>
      </Link>
      {note && (
        <span className={styles.note} dir="auto">
          {note}
        </span>
      )}
      {action && <span className={styles.action}>{action}</span>}
    </li>
  );
}

export function CardsToCome({ count = 7 }: { count?: number }) {
  return Array.from({ length: count }, (_, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: all alike, and never moved
    <li key={place} className={styles.card} aria-hidden="true">
      <div className={styles.blank}>
        <Skeleton height="100%" />
      </div>
      <Skeleton height="12px" width="72%" />
    </li>
  ));
}
